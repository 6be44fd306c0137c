/** The operations of logs: what they take, answer and are refused by. */

import { z } from 'zod';
import { logEntry } from '../answers/logs.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { choice, whole, words } from '../query.ts';
import { badRequest, noSuchPlugin } from '../refusals.ts';

export const getPluginLogs = operation({
  ...{ operation: 'getPluginLogs', method: 'GET', pattern: `${onePlugin}/logs`, access: 'read', of: 'plugin', tag: 'logs' },
  summary: "The plugin's console, of late and from now on",
  description:
    "What the plugin's releases, previews, tests and replays have written to their consoles: the last 1,000 entries of each plugin, as far as the host's memory for them goes. They do not outlive the host. Previews of a plugin that does not exist yet have their entries here, too.\n\nWith `Accept: text/event-stream` it is a stream of server-sent events that begins with the last `limit` entries and goes on while they are written. Events are `line` and `dropped`, whose data is an entry; `gap`, whose `missed` says how many entries the client was too slow for (`null`: not known, since what was resumed is gone); and `end`, whose `why` is `removed` (the plugin is), `stopping` (the host is) or `renew` (after 15 minutes: ask again). Ids are sequence numbers; `Last-Event-ID` goes on behind one. Where nothing is said, the id alone comes every 15 s. A client that reads nothing for 30 s is cut off.",
  query: {
    limit: whole(0, 1000, 'How many entries, the last ones; with `since` the first ones behind it.', 100),
    since: whole(0, Number.MAX_SAFE_INTEGER, 'A sequence number; entries behind it.'),
    level: choice(['debug', 'info', 'warn', 'error'], 'Lines of this level and of those above it.', 'debug'),
    release: whole(1, 2 ** 31, undefined),
    preview: words("A preview's id.", 64),
    call: words("What the reply's header `nbox-call` says, or its beginning.", 64),
    contains: words('A part of the text.', 200),
    from: choice(
      ['live', 'previews', 'tests', 'replay'],
      'What was run. A push runs its tests, and recorded requests on the new release and on the live one (`replay`).',
    ),
  },
  headers: [{ name: 'Last-Event-ID', schema: z.int().min(0).describe('In place of `since`, for a stream of events that goes on.') }],
  answers: {
    200: {
      says: 'The entries.',
      json: z.object({
        plugin: z.string(),
        entries: z.array(logEntry),
        gap: z.boolean().describe('Whether entries behind `since` may be gone.'),
        next: z.int().describe('To be sent as `since` for what comes after.'),
      }),
      others: { 'text/event-stream': z.string() },
    },
  },
  errors: [
    badRequest,
    noSuchPlugin,
    refused(['too_many_tails'], '`too_many_tails`: 32 streams of a token are open, or 128 in all (with Retry-After)'),
    refused(['stopping']),
  ],
});
