/** Turns any failure of an admin request into problem details; strangers' texts stay in the log. */

import type { Context, Next } from 'koa';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Logger } from '../log.ts';
import { discardRest } from './body.ts';

/** Outermost but for the log: whatever is thrown further in ends here. */
export function problems(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      writeProblem(ctx, shown(error, ctx, log));
    }
    // Whoever answered without the body (a missing token, a wrong path) must let the client finish, too.
    discardRest(ctx.req);
  };
}

/** What the caller may see of an error. The host's own failures are named, not told. */
function shown(error: unknown, ctx: Context, log: Logger): NboxError {
  if (isNboxError(error) && error.code !== 'internal_error') {
    if (error.fault === 'host') log.error({ err: error, requestId: ctx.state['requestId'] }, error.message);
    return error;
  }
  log.error({ err: error, requestId: ctx.state['requestId'] }, 'an admin request failed');
  return new NboxError('internal_error', `The host failed; its log says more under request ${ctx.state['requestId']}`);
}

const helpOf = ({ code }: NboxError): string => `/docs/errors#${code}`;

export function writeProblem(ctx: Context, error: NboxError): void {
  ctx.status = error.status;
  ctx.body = JSON.stringify(error.toProblem());
  ctx.set('content-type', 'application/problem+json');
  // `type` is the same wherever the host is; what to do about it is here.
  ctx.set('link', `<${helpOf(error)}>; rel="help"`);
  if (error.code === 'unauthorized') ctx.set('www-authenticate', 'Bearer');
  if (error.details.retryAfterS !== undefined) ctx.set('retry-after', String(error.details.retryAfterS));
}
