/**
 * How much capacity plugins, lanes and hosts should have. At each tick takes what was counted since the last one, and has the scaler decide;
 * in between it answers from that. What it cannot know (it has not watched for long enough, its ticks are late, the host stops) it says so of.
 */

import type { Clock } from '../clock.ts';
import { Load } from './load.ts';
import type { HintReader, Known, Reading, Unknown } from './reading.ts';
import { type HintRules, hintRules, type WindowSeconds, windowLengths } from './rules.ts';
import type { Signals } from './signals.ts';
import type { Slot } from './slot.ts';
import type { WindowLengths } from './window.ts';

/** What is there of a lane. */
export interface LanePresence {
  readonly lane: string;
  readonly executors: number;
  /** Calls that no executor has yet. */
  readonly waiting: number;
}

export interface HintsParts {
  readonly signals: Pick<Signals, 'take'>;
  readonly lanes: () => readonly LanePresence[];
  /** CPU time of the host's own process since it began. */
  readonly hostCpuUs: () => number;
  /** That a host has. */
  readonly processors: number;
  /** In whole ticks. */
  readonly seconds: WindowSeconds;
  /** What share of its time a single executor or host may be busy. */
  readonly target: number;
  readonly clock: Clock;
  /** Whether the host takes calls. */
  readonly open: () => boolean;
  readonly every: (ms: number, work: () => void) => () => void;
}

/** After so many ticks' time without a tick, what is known is of another time. */
const lateTicks = 3;

export class Hints implements HintReader {
  readonly #parts: HintsParts;
  readonly #lengths: WindowLengths;
  readonly #rules: HintRules;
  readonly #plugins = new Map<string, Load>();
  readonly #lanes = new Map<string, Load>();
  #host: Load;
  /** Of the tick that is under way. */
  readonly #taken: Slot[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  /** Since when it is watched, on the clock that only goes forward: while the host takes no calls there is nothing to be seen. */
  #sinceMs: number | undefined;
  #tickedMs: number;
  #hostCpuUs: number;

  constructor(parts: HintsParts) {
    this.#parts = parts;
    const { seconds, target, processors, clock, open, every, hostCpuUs } = parts;
    this.#lengths = windowLengths(seconds);
    this.#rules = hintRules(seconds, target, processors);
    this.#host = new Load(this.#lengths, this.#rules.host);
    this.#tickedMs = clock.elapsed();
    if (open()) this.#sinceMs = this.#tickedMs;
    this.#hostCpuUs = hostCpuUs();
    this.#stop = every(seconds.tick * 1_000, () => this.tick());
  }

  close(): void {
    this.#stop();
    this.#listeners.clear();
  }

  onTick(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** How many plugins something is kept of. */
  get size(): number {
    return this.#plugins.size;
  }

  lanes(): readonly string[] {
    return [...this.#lanes.keys()];
  }

  lane(lane: string): Reading | undefined {
    const load = this.#lanes.get(lane);
    if (load === undefined) return this.#parts.lanes().some((one) => one.lane === lane) ? (this.#unknown() ?? this.#tooEarly()) : undefined;
    return this.#unknown() ?? load.reading(this.#rules.lane, this.#parts.seconds) ?? this.#tooEarly();
  }

  plugin(plugin: string): Reading {
    const unknown = this.#unknown();
    if (unknown !== undefined) return unknown;
    const { seconds } = this.#parts;
    const known = this.#plugins.get(plugin)?.reading(this.#rules.plugin, seconds);
    if (known !== undefined) return known;
    const watchedS = this.#watchedMs(this.#tickedMs) / 1_000;
    if (watchedS < seconds.stable) {
      return {
        kind: 'unknown',
        reason: `not called in the ${Math.round(watchedS)} s that the host has watched; known after ${seconds.stable} s`,
      };
    }
    return { ...idle, reason: `no calls for ${seconds.stable} s → 0` };
  }

  host(): Reading {
    return this.#unknown() ?? this.#host.reading(this.#rules.host, this.#parts.seconds) ?? this.#tooEarly();
  }

  tick(): void {
    const nowMs = this.#parts.clock.elapsed();
    const lengthUs = Math.round((nowMs - this.#tickedMs) * 1_000);
    if (lengthUs <= 0) return;
    this.#tickedMs = nowMs;
    const isOpen = this.#parts.open();
    // A tick in which the host has opened is none of those that are watched, either.
    if (isOpen && this.#sinceMs !== undefined) this.#count(lengthUs, nowMs);
    else this.#beginAnew();
    this.#sinceMs = isOpen ? (this.#sinceMs ?? nowMs) : undefined;
    for (const listener of this.#listeners) listener();
  }

  /** Nothing was seen so far: neither calls nor that there were none. */
  #beginAnew(): void {
    this.#parts.signals.take(this.#lengths.stable, () => {});
    this.#plugins.clear();
    this.#lanes.clear();
    this.#host = new Load(this.#lengths, this.#rules.host);
    this.#hostCpuUs = this.#parts.hostCpuUs();
  }

  #count(lengthUs: number, nowMs: number): void {
    const { signals, lanes } = this.#parts;
    const slots = this.#taken;
    signals.take(this.#lengths.stable, (slot) => {
      slots.push(slot);
      this.#laneLoad(slot.lane).add(slot.counted);
      if (slot.plugin !== undefined) this.#pluginLoad(slot.plugin).add(slot.counted);
    });
    for (const slot of slots) this.#addDemand(slot, lengthUs);
    slots.length = 0;
    const presence = lanes();
    for (const { lane } of presence) this.#laneLoad(lane);
    this.#forgetLanes(presence);
    let demandUs = 0;
    let waitingUs = 0;
    for (const { lane, executors, waiting } of presence) {
      const load = this.#laneLoad(lane);
      const laneWaitingUs = waiting * (load.callUs() ?? 0);
      demandUs += load.demandUs;
      waitingUs += laneWaitingUs;
      load.close({ lengthUs, waitingUs: laneWaitingUs, present: executors, rules: this.#rules.lane, nowMs });
    }
    for (const [plugin, load] of this.#plugins) {
      load.close({ lengthUs, waitingUs: load.waitedUs(lengthUs), present: undefined, rules: this.#rules.plugin, nowMs });
      if (load.isOver) this.#plugins.delete(plugin);
    }
    this.#closeHost(demandUs, waitingUs, lengthUs, nowMs);
  }

  /** Its own share of the traffic and no more: what others have it cannot know, and whoever adds up all loads need not guess. */
  #closeHost(demandUs: number, waitingUs: number, lengthUs: number, nowMs: number): void {
    const ownUs = this.#parts.hostCpuUs();
    this.#host.addDemand(demandUs + ownUs - this.#hostCpuUs);
    this.#hostCpuUs = ownUs;
    this.#host.close({ lengthUs, waitingUs, present: 1, rules: this.#rules.host, nowMs });
  }

  /** A plugin's calls cost what its calls did; of those of which none has ended, no more is known than for how long they are there. */
  #addDemand({ plugin, lane, mostUs, mostAtOnce, counted }: Slot, lengthUs: number): void {
    const load = this.#laneLoad(lane);
    const own = plugin === undefined ? undefined : this.#pluginLoad(plugin);
    const callUs = (own ?? load).callUs();
    const askedUs = callUs === undefined ? Math.min(counted.inFlightUs, counted.arrivals * mostUs) : counted.arrivals * callUs;
    // What is asked beyond that would not run with any number of executors: else a flood of refusals bought the whole cluster.
    const us = Math.min(askedUs, mostAtOnce * lengthUs);
    load.addDemand(us);
    own?.addDemand(us);
  }

  #laneLoad(lane: string): Load {
    return opened(this.#lanes, lane, () => new Load(this.#lengths, this.#rules.lane));
  }

  #pluginLoad(plugin: string): Load {
    return opened(this.#plugins, plugin, () => new Load(this.#lengths, this.#rules.plugin));
  }

  #forgetLanes(presence: readonly LanePresence[]): void {
    for (const lane of this.#lanes.keys()) if (!presence.some((one) => one.lane === lane)) this.#lanes.delete(lane);
  }

  /** Why nothing is known of anything. */
  #unknown(): Unknown | undefined {
    const { open, clock, seconds } = this.#parts;
    if (!open()) return { kind: 'unknown', reason: 'the host takes no calls now' };
    const now = clock.elapsed();
    const lateS = (now - this.#tickedMs) / 1_000;
    if (lateS > lateTicks * seconds.tick) return { kind: 'unknown', reason: `the last figures are ${Math.round(lateS)} s old` };
    return this.#watchedMs(this.#tickedMs) < seconds.panic * 1_000 ? this.#tooEarly() : undefined;
  }

  #watchedMs(until: number): number {
    return this.#sinceMs === undefined ? 0 : Math.max(0, until - this.#sinceMs);
  }

  #tooEarly(): Unknown {
    const { seconds, clock } = this.#parts;
    const upS = Math.round(this.#watchedMs(clock.elapsed()) / 1_000);
    return { kind: 'unknown', reason: `the host has watched for ${upS} s; hints take ${seconds.panic} s` };
  }
}

const idle: Known = Object.freeze({
  ...{ kind: 'known', wanted: 0, load: 0, present: undefined, reason: '' },
  ...{ demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
});

function opened(loads: Map<string, Load>, name: string, open: () => Load): Load {
  let load = loads.get(name);
  if (load === undefined) {
    load = open();
    loads.set(name, load);
  }
  return load;
}
