/** The operations of releases: what they take, answer and are refused by. */

import { z } from 'zod';
import { pluginId } from '../answers/names.ts';
import { release, releaseDetail } from '../answers/releases.ts';
import { onePlugin, operation } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { whole } from '../query.ts';
import { badRequest, noSuchPlugin, noSuchRelease, releaseDropped } from '../refusals.ts';

export const listReleases = operation({
  ...{ operation: 'listReleases', method: 'GET', pattern: `${onePlugin}/releases`, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: "The plugin's releases, the newest first, at most 1,000",
  query: paging,
  answers: { 200: { says: 'The releases.', json: z.object({ plugin: pluginId, releases: z.array(release), next }) } },
  errors: [badRequest, noSuchPlugin],
});

export const getRelease = operation({
  ...{ operation: 'getRelease', method: 'GET', pattern: `${onePlugin}/releases/:number`, access: 'read', of: 'plugin', tag: 'plugins' },
  summary: 'One release, with its manifest, the timings of its push and the warnings of its build',
  params: { number: z.int().min(1).describe("A release's") },
  answers: { 200: { says: 'The release.', json: releaseDetail } },
  errors: [badRequest, noSuchRelease],
});

export const getSource = operation({
  ...{
    operation: 'getSource',
    method: 'GET',
    pattern: `${onePlugin}/releases/:number/source`,
    access: 'read',
    of: 'plugin',
    tag: 'plugins',
  },
  summary: 'What was pushed, as a push would take it',
  params: { number: z.int().min(1).describe("A release's") },
  answers: {
    200: {
      says: 'The source.',
      json: z.object({
        plugin: pluginId,
        number: z.int().min(1),
        manifest: z.record(z.string(), z.unknown()).describe('As it applies'),
        files: z.record(z.string(), z.string()),
      }),
    },
  },
  errors: [badRequest, noSuchRelease, releaseDropped],
});

export const diffReleases = operation({
  ...{
    operation: 'diffReleases',
    method: 'GET',
    pattern: `${onePlugin}/releases/:number/diff`,
    access: 'read',
    of: 'plugin',
    tag: 'plugins',
  },
  summary: 'What a release changed in the source',
  params: { number: z.int().min(1).describe("A release's") },
  query: { against: whole(1, 2 ** 31, 'The release to compare it with; the one before it where there is none.') },
  answers: {
    200: {
      says: 'The files that differ.',
      json: z.object({
        plugin: pluginId,
        number: z.int().min(1),
        against: z.int().min(1),
        files: z.array(
          z.object({
            file: z.string(),
            change: z.enum(['added', 'removed', 'changed']),
            patch: z.string().nullable().describe('In unified form; null where it would take too long to find'),
          }),
        ),
      }),
    },
  },
  errors: [badRequest, noSuchRelease, releaseDropped],
});
