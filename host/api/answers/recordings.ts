/** Calls that failed and what running them again came to, in answers. */

import { z } from 'zod';
import { interfaceName, pluginId, time } from './names.ts';
import { maybePosition } from './problem.ts';

export const replayCost = z
  .object({ cpuUs: z.number(), steps: z.number(), memoryBytes: z.number().describe('Of the largest sandbox') })
  .meta({ id: 'ReplayCost' });

export const replayReport = z
  .object({
    against: z.int().describe('The release that it was held against'),
    requests: z.int().describe('How many were run on both'),
    same: z.int(),
    changed: z.array(z.object({ request: z.string(), changes: z.array(z.string()) })).describe('At most 20'),
    unanswered: z
      .array(
        z.object({
          request: z.string(),
          missed: z
            .array(z.string())
            .describe('What was asked for and was not recorded; `(overloaded)` and the like where the host could not run it'),
        }),
      )
      .describe('Those that tell nothing, at most 20'),
    cost: z.object({ before: replayCost, after: replayCost }).describe('Of both releases, over all requests that both could answer'),
    accepted: z.boolean().describe('Whether it went live in spite of changes, by `?accept=replay`'),
  })
  .meta({
    id: 'ReplayReport',
    description: 'Which recorded requests are answered otherwise than by what is live; also in the problem `replay_changed`, as `replay`',
  });

export const failure = z
  .object({
    id: z.string(),
    release: z.int().min(1),
    interface: interfaceName,
    request: z.string().describe('`GET /path`, or the interface'),
    at: time,
    code: z.string().describe('What it failed by'),
    detail: z.string(),
    position: maybePosition,
    redacted: z.array(z.string()).describe('What was made unreadable'),
    cut: z.boolean().describe('Whether not all could be kept that the call was given'),
    kept: z.object({ at: time, actor: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'Failure' });

export const capsule = z
  .object({
    format: z.literal('nbox-capsule-1'),
    id: z.string(),
    plugin: pluginId,
    release: z.record(z.string(), z.unknown()).describe('Its number and hash'),
    failure: z.record(z.string(), z.unknown()).describe('`code`, `detail` and `position`'),
    recording: z.record(z.string(), z.unknown()).describe('The request, what others answered, and what was read of clock and randomness'),
    manifest: z.record(z.string(), z.unknown()).describe('As it applied'),
    files: z.array(z.array(z.string())).describe('Names and texts of the source'),
  })
  .meta({ id: 'Capsule' });

export const replay = z
  .object({
    release: z.int().nullable().describe('On which; null of a source'),
    outcome: z.string().describe('`ok`, or what it failed by'),
    detail: z.string().nullable(),
    position: maybePosition,
    same: z.boolean().describe('Whether it failed by the same error at the same place'),
    reply: z
      .object({
        status: z.int(),
        headers: z.array(z.string()).describe('Name, value, name, value'),
        body: z.string().describe('Its first 65,536 characters'),
        base64: z.boolean().describe('Whether the body is no text'),
      })
      .nullable(),
    cost: replayCost,
    missed: z.array(z.string()).describe('What it has asked for and was not recorded'),
    loose: z.int().describe('Answers to requests that were like the recorded ones only'),
  })
  .meta({ id: 'Replay' });
