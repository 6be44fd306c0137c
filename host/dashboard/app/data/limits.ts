/** What a plugin uses of its limits: the figures that come nearest to each. */

import type { Limits } from '../api/wire.ts';
import type { UsageRow } from '../api/wire-usage.ts';
import { bytes, count, micros, whole } from './format.ts';

export interface LimitUse {
  readonly name: string;
  readonly what: string;
  readonly limit: string;
  /** What comes nearest to it; `undefined` where nothing is counted. */
  readonly used: string | undefined;
  /** From 0 on; `undefined` where nothing is counted. */
  readonly share: number | undefined;
}

/** @param row of the whole time shown @param concurrency calls at once, on average, where it is known */
export function limitUses(limits: Limits, row: UsageRow | undefined, concurrency: number | undefined): LimitUse[] {
  const { deadlineMs, cpuMs, loopBudget, memoryMb, startupMs, queue, requestBytes, responseBytes, streamBytes, streamMs, hostCalls } =
    limits;
  const calls = row?.calls ?? 0;
  const perCall = (value: number | undefined) => (calls === 0 || value === undefined ? undefined : value / calls);
  const ms = (value: number) => micros(value * 1_000);
  const use = (
    name: string,
    what: string,
    limit: string,
    most: number,
    used: number | undefined,
    format: (value: number) => string,
  ): LimitUse => ({
    ...{ name, what, limit, used: used === undefined ? undefined : format(used), share: used === undefined ? undefined : used / most },
  });
  const p99 = (value: number | undefined) => (calls === 0 ? undefined : value);
  return [
    use('cpuMs', 'CPU of a call, p99', ms(cpuMs), cpuMs * 1_000, p99(row?.percentiles.cpuUs.p99), micros),
    use('deadlineMs', 'Run time of a call, p99', ms(deadlineMs), deadlineMs * 1_000, p99(row?.percentiles.runUs.p99), micros),
    use(
      'memoryMb',
      'Largest sandbox',
      bytes(memoryMb * 1_048_576),
      memoryMb * 1_048_576,
      row === undefined || row.memoryPeakBytes === 0 ? undefined : row.memoryPeakBytes,
      bytes,
    ),
    use('loopBudget', 'Steps of a call, on average', count(loopBudget), loopBudget, perCall(row?.steps), count),
    use('concurrency', 'Calls at once, on average', whole(limits.concurrency), limits.concurrency, concurrency, count),
    use('hostCalls', 'Host calls of a call, on average', whole(hostCalls), hostCalls, perCall(row?.hostCalls), count),
    use('requestBytes', 'Request, on average', bytes(requestBytes), requestBytes, perCall(row?.bytesIn), bytes),
    use('responseBytes', 'Reply, on average', bytes(responseBytes), responseBytes, perCall(row?.bytesOut), bytes),
    use('queue', 'Calls that may wait', whole(queue), queue, undefined, whole),
    use('startupMs', 'CPU to evaluate its modules', ms(startupMs), startupMs, undefined, ms),
    use('streamBytes', 'A reply that is a stream', bytes(streamBytes), streamBytes, undefined, bytes),
    use('streamMs', 'How long it may go on', ms(streamMs), streamMs, undefined, ms),
  ];
}

/** Which of a plugin's scopes a budget may be of. */
export function scopesOf(plugin: string): string[] {
  const [domain = '', group = '', name = ''] = plugin.split('/');
  return [`${domain}/${group}/${name}`, `${domain}/${group}`, domain];
}
