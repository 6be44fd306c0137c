/** The layer that answers for bodies that broke while their calls ran. */

import { CallError, type Layer } from './dispatch.ts';

/** A body that turned out to be too large is the caller's fault, whatever the plugin made of it, unless its reply has begun. */
export const uploaded: Layer = (next) => (call) => {
  const { upload } = call;
  if (upload === undefined) return next(call);
  return next(call).then(
    async (reply) => {
      const { error } = upload;
      if (error === undefined || reply.stream !== undefined) return reply;
      throw new CallError(error.code, error.details, reply.rest === undefined ? reply.spent : (await reply.rest).spent);
    },
    (error) => {
      if (upload.error === undefined || !(error instanceof CallError)) throw error;
      throw new CallError(upload.error.code, upload.error.details, error.spent, {}, undefined, error.rest);
    },
  );
};
