/** The operations of events: what they take, answer and are refused by. */

import { z } from 'zod';
import { operation, refused } from '../operation.ts';
import { words } from '../query.ts';
import { badRequest } from '../refusals.ts';

export const readEvents = operation({
  ...{ operation: 'readEvents', method: 'GET', pattern: '/v1/events', access: 'read', of: 'reach', tag: 'events' },
  summary: 'What happens in the host, as it happens',
  description:
    'Server-sent events; their data are JSON objects with `at` (milliseconds since the epoch). `push`: one plugin of a push, with its release, or the `code` of what refused it. `deployment`: a routing table that is live now. `removal`. `rollout`: what was decided on one. `trip`: so many calls of a release that guards have ended in the last second. `breaker`: its state, where that is another one. `executor_lost`: an executor that nobody asked to go, with the cause. `budget`: one that is nearly used up (`kind` is `warned`) or used up (`exceeded`), once in its window. `overview`, once a second: how the host is doing; it has no id, and is not told again.\n\nThe last 512 events are remembered. Whoever comes back with `Last-Event-ID` is told what came after it; where that is not known any more, or is another life of the host\'s, `gap` is told first. A reader who has not taken 256 KiB that wait is cut off, and so is one for whom something has waited for 30 s. After 15 minutes `end` comes with `{"why":"renew"}`: come back then, with a token that is valid by then. At most 64 read at once, 32 with one token.',
  query: { types: words('The types that are wanted, with commas between them; all where it is not given.') },
  headers: [{ name: 'Last-Event-ID', schema: z.string().describe('The id of the last event that the reader has got.') }],
  answers: { 200: { says: 'The events, until the reader goes or the host stops.', others: { 'text/event-stream': z.string() } } },
  errors: [
    refused(['invalid_query']),
    refused(['too_many_readers', 'stopping'], '`too_many_readers`, `stopping`, with Retry-After', { retryAfter: true }),
  ],
});

export const getMetrics = operation({
  ...{ operation: 'getMetrics', method: 'GET', pattern: '/metrics', access: 'read', of: 'host', tag: 'events' },
  summary: 'What Prometheus scrapes',
  description:
    "OpenMetrics 1.0.0 where `Accept` prefers it, with the ids of traces as exemplars; else Prometheus' text format 0.0.4. Plugins beyond `--metrics-plugins` are one series, `other`.",
  answers: { 200: { says: 'The metrics as of now.', others: { 'text/plain': z.string(), 'application/openmetrics-text': z.string() } } },
  errors: [badRequest],
});
