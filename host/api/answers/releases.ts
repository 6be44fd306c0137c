/** Plugins and their releases, in answers. */

import { z } from 'zod';
import { interfaceName, pluginId, share, time } from './names.ts';
import { diagnostic } from './problem.ts';
import { replayReport } from './recordings.ts';
import { testReport } from './tests.ts';

export const gateReports = z
  .object({ tests: testReport.optional(), replay: replayReport.optional() })
  .catchall(z.record(z.string(), z.unknown()))
  .meta({
    id: 'GateReports',
    description: 'What the gates have found that the release has passed, by their names; those that had nothing to look at are left out',
  });

export const published = z
  .object({
    plugin: pluginId,
    release: z.object({ number: z.int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
    deployment: z.int().min(1),
    releases: z.array(share).describe('What is deployed now'),
    diagnostics: z.array(diagnostic).describe('Warnings'),
    timings: z.object({
      typecheckMs: z.number(),
      bundleMs: z.number(),
      instrumentMs: z.number(),
      probeMs: z.number(),
      gatesMs: z.number(),
      loadMs: z.number(),
      storeMs: z.number(),
      totalMs: z.number(),
    }),
    interfaces: z.array(interfaceName),
    gates: gateReports,
  })
  .meta({ id: 'Published' });

export const publishedPlugins = z
  .object({
    plugins: z
      .array(z.object({ ...published.shape, created: z.boolean() }))
      .describe('In the order of the request; `created` is false for what was live already'),
  })
  .meta({ id: 'PublishedPlugins' });

export const plugin = z
  .object({
    plugin: pluginId,
    owner: z.string(),
    description: z.string(),
    release: z.object({ number: z.int().min(1), hash: z.string(), createdAt: time }),
    deployment: z.object({
      number: z.int().min(1),
      createdAt: time,
      actor: z.string().describe('Who made it live'),
      releases: z.array(share).min(1).max(2),
    }),
    interfaces: z.array(interfaceName),
  })
  .meta({ id: 'Plugin' });

export const pluginDetail = z
  .object({ ...plugin.shape, manifest: z.record(z.string(), z.unknown()).describe('As it applies') })
  .meta({ id: 'PluginDetail' });

export const release = z
  .object({
    number: z.int().min(1),
    hash: z.string(),
    createdAt: time,
    actor: z.string().describe('Who pushed it first'),
    message: z.string().describe('Why'),
    sourceBytes: z.int().describe('0 where an earlier nbox stored it'),
    bundleBytes: z.int(),
    kept: z.boolean().describe('Whether its source and code are there still'),
    percentage: z.number().nullable().describe('Its part of the calls now; null where it is not deployed'),
    interfaces: z.array(interfaceName),
    typeErrors: z.boolean().describe('Whether it was published in spite of type errors'),
    live: z.boolean(),
  })
  .meta({ id: 'Release' });

export const releaseDetail = z
  .object({
    ...release.shape,
    plugin: pluginId,
    manifest: z.record(z.string(), z.unknown()).describe('As it applies'),
    timings: z.record(z.string(), z.number()).describe('Of the steps of its push, in ms'),
    diagnostics: z.array(diagnostic).describe('Warnings of its build'),
    gates: gateReports,
  })
  .meta({ id: 'ReleaseDetail' });
