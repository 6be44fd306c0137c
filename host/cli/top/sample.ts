/** What `nbox top` shows of a host: what its plugins used in the last seconds, and how it is doing as a whole. */

import { z } from 'zod';
import type { AdminClient } from '../admin-client.ts';

const percentilesSchema = z.looseObject({ p50: z.number(), p99: z.number() });
const rowSchema = z.looseObject({
  ...{ calls: z.number(), osCpuUs: z.number(), memoryBytes: z.number(), outcomes: z.record(z.string(), z.number()) },
  percentiles: z.looseObject({ waitUs: percentilesSchema, runUs: percentilesSchema }),
});
const pluginsSchema = z.looseObject({ rows: z.array(rowSchema.extend({ plugin: z.string().nullable() })) });
const partsSchema = z.looseObject({ rows: z.array(rowSchema.extend({ part: z.string() })) });

export interface PluginRow {
  readonly plugin: string;
  readonly callsPerSecond: number;
  readonly errorsPerSecond: number;
  /** CPU seconds a second, as the operating system has them. */
  readonly cpu: number;
  /** Of running, without waiting. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly waitP99Us: number;
  readonly memoryBytes: number;
}

/** Of all plugins together, of one of the host's parts, or what nothing explains. */
export interface Part {
  readonly part: string;
  readonly cpu: number;
  readonly memoryBytes: number;
}

export interface Sample {
  /** Over so many seconds. */
  readonly seconds: number;
  readonly plugins: readonly PluginRow[];
  readonly parts: readonly Part[];
}

/** Long enough for percentiles to mean something, short enough to be now. The second that runs is not among them. */
const seconds = 10;
const range = `from=-${seconds + 1}s&to=-1s`;

/** @throws CliError */
export async function takeSample(client: Pick<AdminClient, 'ask'>): Promise<Sample> {
  const [plugins, parts] = await Promise.all([
    client.ask('GET', `/v1/usage?${range}&group=plugin`, pluginsSchema),
    client.ask('GET', `/v1/usage?${range}&group=part`, partsSchema),
  ]);
  const per = (value: number) => Math.round((value / seconds) * 1_000) / 1_000;
  return Object.freeze({
    seconds,
    plugins: plugins.value.rows.flatMap(({ plugin, calls, outcomes, osCpuUs, memoryBytes, percentiles: { runUs, waitUs } }) =>
      // What is no plugin's is among the parts.
      plugin === null
        ? []
        : [
            {
              ...{ plugin, callsPerSecond: per(calls), errorsPerSecond: per(calls - (outcomes['ok'] ?? 0)), cpu: per(osCpuUs / 1e6) },
              ...{ p50Us: runUs.p50, p99Us: runUs.p99, waitP99Us: waitUs.p99, memoryBytes },
            },
          ],
    ),
    parts: parts.value.rows.map(({ part, osCpuUs, memoryBytes }) => ({ part, cpu: per(osCpuUs / 1e6), memoryBytes })),
  });
}
