/** What was booked and what is resident, made one division. */

import { type Division, type HostPart, hostParts, type PluginShare, type Share } from '../division.ts';
import type { Bookings } from './ledger.ts';

export interface Resident {
  readonly plugins: ReadonlyMap<string, number>;
  readonly parts: Readonly<Record<HostPart, number>>;
  readonly totalBytes: number;
}

/** From when to when by the wall clock, and how long it was. */
type Span = Pick<Division, 'from' | 'to' | 'lengthMs'>;

/** @param totalUs what the operating system has counted meanwhile */
export function divide({ from, to, lengthMs }: Span, { plugins, parts }: Bookings, resident: Resident, totalUs: number): Division {
  const shares = new Map<string, PluginShare>();
  let explainedUs = 0;
  let explainedBytes = 0;
  const add = (share: PluginShare, plugin: string) => {
    shares.set(plugin, Object.freeze(share));
    explainedUs += share.cpuUs;
    explainedBytes += share.memoryBytes;
  };
  for (const [plugin, { callsUs, pushesUs }] of plugins) {
    const [callsCpuUs, pushesCpuUs] = [Math.round(callsUs), Math.round(pushesUs)];
    const memoryBytes = Math.round(resident.plugins.get(plugin) ?? 0);
    add({ cpuUs: callsCpuUs + pushesCpuUs, memoryBytes, callsCpuUs, pushesCpuUs }, plugin);
  }
  for (const [plugin, bytes] of resident.plugins) {
    if (!shares.has(plugin)) add({ cpuUs: 0, memoryBytes: Math.round(bytes), callsCpuUs: 0, pushesCpuUs: 0 }, plugin);
  }
  const host = {} as Record<HostPart, Share>;
  for (const part of hostParts) {
    host[part] = Object.freeze({ cpuUs: Math.round(parts[part]), memoryBytes: Math.round(resident.parts[part]) });
    explainedUs += host[part].cpuUs;
    explainedBytes += host[part].memoryBytes;
  }
  const total = Object.freeze({ cpuUs: Math.round(totalUs), memoryBytes: Math.round(resident.totalBytes) });
  const residual = Object.freeze({ cpuUs: total.cpuUs - explainedUs, memoryBytes: total.memoryBytes - explainedBytes });
  return Object.freeze({ from, to, lengthMs, plugins: shares, host: Object.freeze(host), residual, total });
}
