/** The operations of hints: what they take, answer and are refused by. */

import { z } from 'zod';
import { hint, hostHint } from '../answers/hints.ts';
import { pluginId } from '../answers/names.ts';
import { onePlugin, operation, refused } from '../operation.ts';
import { badRequest, hintsUnknown, noSuchPlugin } from '../refusals.ts';

export const getHints = operation({
  ...{ operation: 'getHints', method: 'GET', pattern: '/v1/hints', access: 'read', of: 'reach', tag: 'hints' },
  summary: 'How much capacity every plugin, every lane and the hosts should have',
  description:
    "Each number has a path that KEDA's metrics-api scaler takes as `valueLocation`: `lanes.standard.wanted`, `plugins.shop/detail/price.wanted`, `host.load`. Each host knows its own share of the traffic alone: of several, add up `load`. What is not known has no number: a plugin of which nothing is known yet has `unknown` in its place, and where nothing is known at all the answer is 503, never 0.",
  answers: {
    200: {
      says: 'As of the last tick.',
      json: z.object({
        plugins: z.record(z.string(), hint).describe('By id; those that are idle included'),
        lanes: z.record(z.string(), hint).describe('By name'),
        host: hostHint,
      }),
    },
  },
  errors: [hintsUnknown],
});

export const getHostHint = operation({
  ...{ operation: 'getHostHint', method: 'GET', pattern: '/v1/hints/host', access: 'read', of: 'reach', tag: 'hints' },
  summary: 'How many hosts there should be for the calls of this one',
  answers: { 200: { says: 'As of the last tick.', json: hostHint } },
  errors: [hintsUnknown],
});

export const getLaneHint = operation({
  ...{ operation: 'getLaneHint', method: 'GET', pattern: '/v1/hints/lanes/:lane', access: 'read', of: 'reach', tag: 'hints' },
  summary: 'How many executors the lane should have',
  params: { lane: z.string().describe("A lane's name") },
  answers: { 200: { says: 'As of the last tick.', json: z.object({ ...hint.shape, lane: z.string() }) } },
  errors: [refused(['no_such_lane']), hintsUnknown],
});

export const getPluginHint = operation({
  ...{ operation: 'getPluginHint', method: 'GET', pattern: `${onePlugin}/hint`, access: 'read', of: 'plugin', tag: 'hints' },
  summary: 'How many executors the plugin keeps busy; 0 of one that is idle',
  answers: { 200: { says: 'As of the last tick.', json: z.object({ ...hint.shape, plugin: pluginId }) } },
  errors: [badRequest, noSuchPlugin, hintsUnknown],
});
