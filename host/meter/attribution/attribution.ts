/**
 * Divides what the operating system says that all of the host's processes use, each second, over plugins, the host's parts, and a
 * residual. Executors say how long their guests have run, and are asked right before their processes are looked at, so that little is
 * under way between the two; the builder's time is booked as its builds begin and end.
 *
 * Memory: a plugin has what its sandboxes take. It is told and not shared out by size, so that a plugin's share says the same
 * whoever runs beside it; what an executor has grown by besides (messages, garbage, what is free in its heap) is `executors`'.
 */

import type { Clock } from '../../clock.ts';
import type { DivisionSink, HostPart } from '../division.ts';
import type { BuilderMeter } from './builder-meter.ts';
import { divide } from './divide.ts';
import type { ExecutorMeters } from './executor-meters.ts';
import type { Ledger } from './ledger.ts';
import type { ProcessUsage } from './process-usage.ts';
import { TotalCpu } from './total-cpu.ts';

export interface AttributionParts {
  readonly ledger: Ledger;
  readonly executors: ExecutorMeters;
  /** Whatever builds for pushes, or answers editors. */
  readonly builder: Pick<BuilderMeter, 'look'>;
  readonly sinks: readonly DivisionSink[];
  readonly clock: Clock;
  /** Milliseconds since the epoch: when the host's process began. */
  readonly startedAt: number;
  readonly hostPid: number;
  /** The builder's process, the one that answers editors, and all that descend from them; none while they rest. */
  readonly builderPids: () => readonly number[];
  readonly usageOf: (pids: readonly number[]) => Promise<ReadonlyMap<number, ProcessUsage>>;
  /** CPU time of processes that the host and its builder have reaped; undefined where the system does not tell. */
  readonly reapedUs: () => number | undefined;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** How long executors may take to answer. */
const answerMs = 100;

export class Attribution {
  readonly #parts: AttributionParts;
  readonly #total = new TotalCpu();
  #from: number;
  /** The same by the monotonic clock. */
  #fromElapsed: number;
  #hostUs = 0;
  #dividing: Promise<void> | undefined;

  constructor(parts: AttributionParts) {
    this.#parts = parts;
    this.#from = parts.startedAt;
    this.#fromElapsed = parts.clock.elapsed() - Math.max(0, parts.clock.now() - parts.startedAt);
  }

  /** Makes one division and gives it to the sinks; joins the one that is being made. */
  divide(): Promise<void> {
    this.#dividing ??= this.#divide().finally(() => {
      this.#dividing = undefined;
    });
    return this.#dividing;
  }

  async #divide(): Promise<void> {
    const { ledger, executors, builder, sinks, clock, hostPid, builderPids, usageOf, reapedUs, wait } = this.#parts;
    await executors.ask(() => wait(answerMs));
    const ofBuilder = builderPids();
    builder.look();
    const reaped = reapedUs();
    const metered = executors.all();
    const pids = [...metered.keys()].flatMap(({ pid }) => pid ?? []);
    const usage = await usageOf([hostPid, ...ofBuilder, ...pids]);
    const cpuUs = new Map([...usage].map(([pid, one]) => [pid, one.cpuUs]));
    executors.bookUntold(cpuUs);

    const hostUs = cpuUs.get(hostPid) ?? this.#hostUs;
    ledger.part('ingress', Math.max(0, hostUs - this.#hostUs));
    this.#hostUs = hostUs;

    const bytesOf = (pid: number | undefined) => usage.get(pid ?? 0)?.memoryBytes ?? 0;
    const plugins = new Map<string, number>();
    const builderBytes = ofBuilder.reduce((bytes, pid) => bytes + bytesOf(pid), 0);
    const parts: Record<HostPart, number> = { ingress: bytesOf(hostPid), builder: builderBytes, executors: 0 };
    let totalBytes = parts.ingress + parts.builder;
    for (const [{ pid }, meter] of metered) {
      const held = meter.memory(bytesOf(pid));
      for (const [plugin, bytes] of held.plugins) plugins.set(plugin, (plugins.get(plugin) ?? 0) + bytes);
      parts.executors += held.restBytes;
      totalBytes += bytesOf(pid);
    }
    const [now, elapsed] = [clock.now(), clock.elapsed()];
    const span = { from: this.#from, to: now, lengthMs: elapsed - this.#fromElapsed };
    const division = divide(span, ledger.take(), { plugins, parts, totalBytes }, this.#total.since(cpuUs, reaped));
    this.#from = now;
    this.#fromElapsed = elapsed;
    executors.divided();
    for (const sink of sinks) sink.divided(division);
  }
}
