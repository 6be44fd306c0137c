/** The body of a call by hand, where no request reaches: a scheduled time, a batch of messages, a method. */

import { z } from 'zod';

const identifier = z.string().regex(/^[A-Za-z_$][\w$]{0,99}$/, 'must be a name as JavaScript has them, of at most 100 characters');
const entrypoint = identifier
  .default('default')
  .meta({ id: 'EntryPoint', description: 'Name of the export; `default` for the default one.' });
/** Milliseconds since the epoch, as far as Date goes. */
const time = z.int().min(0).max(8.64e15);

const messageSchema = z
  .strictObject({
    id: z.string().min(1).max(200).optional().describe('Made where it is left out'),
    body: z.unknown().describe('Any JSON; base64 where `contentType` is `bytes`'),
    contentType: z.enum(['json', 'bytes']).default('json').describe('`bytes`: the plugin gets an ArrayBuffer'),
    attempts: z.int().min(1).max(1_000_000).default(1).describe('How often it has been delivered, this time included'),
    timestamp: time.optional().describe('When it was sent, in milliseconds since the epoch; now where it is left out'),
  })
  .refine(({ contentType, body }) => contentType === 'json' || z.base64().safeParse(body).success, {
    path: ['body'],
    message: 'must be base64 where contentType is bytes',
  });

export const invocationBody = z
  .discriminatedUnion(
    'interface',
    [
      z.strictObject({
        interface: z.literal('scheduled'),
        entrypoint,
        cron: z
          .string()
          .max(200)
          .default('')
          .meta({ examples: ['*/5 * * * *'] }),
        scheduledTime: time.optional().describe('Milliseconds since the epoch; now where it is left out'),
      }),
      z.strictObject({
        ...{ interface: z.literal('queue'), entrypoint, queue: z.string().min(1).max(200) },
        messages: z.array(messageSchema).min(1).max(100),
      }),
      z.strictObject({ interface: z.literal('rpc'), entrypoint, method: identifier, args: z.array(z.unknown()).max(100).default([]) }),
    ],
    { error: 'must be scheduled, queue or rpc; fetch is what the traffic port calls' },
  )
  .meta({ id: 'Invocation' });

export type Invocation = z.output<typeof invocationBody>;
