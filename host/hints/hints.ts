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
  /** How many hosts share the traffic, this one included. */
  readonly hosts: () => number;
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
  readonly #host: Load;
  /** Of the tick that is under way. */
  readonly #taken: Slot[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  /** On the clock that only goes forward. */
  readonly #sinceMs: number;
  #tickedMs: number;
  #hostCpuUs: number;

  constructor(parts: HintsParts) {
    this.#parts = parts;
    const { seconds, target, processors, clock, every, hostCpuUs } = parts;
    this.#lengths = windowLengths(seconds);
    this.#rules = hintRules(seconds, target, processors);
    this.#host = new Load(this.#lengths, this.#rules.host);
    this.#sinceMs = clock.elapsed();
    this.#tickedMs = this.#sinceMs;
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
    const watchedS = (this.#tickedMs - this.#sinceMs) / 1_000;
    if (watchedS < seconds.stable) {
      return {
        kind: 'unknown',
        reason: `not called since the host started ${Math.round(watchedS)} s ago; known after ${seconds.stable} s`,
      };
    }
    return { ...idle, reason: `no calls for ${seconds.stable} s → 0` };
  }

  host(): Reading {
    return this.#unknown() ?? this.#host.reading(this.#rules.host, this.#parts.seconds) ?? this.#tooEarly();
  }

  tick(): void {
    const { signals, lanes, clock } = this.#parts;
    const nowMs = clock.elapsed();
    const lengthUs = Math.round((nowMs - this.#tickedMs) * 1_000);
    if (lengthUs <= 0) return;
    this.#tickedMs = nowMs;
    const slots = this.#taken;
    signals.take(this.#lengths.stable, (slot) => {
      slots.push(slot);
      this.#laneLoad(slot.lane).add(slot.counted);
      if (slot.plugin !== undefined) this.#pluginLoad(slot.plugin).add(slot.counted);
    });
    for (const slot of slots) this.#addDemand(slot);
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
    for (const listener of this.#listeners) listener();
  }

  /** Each host sees its own share of the traffic: the others have as much. */
  #closeHost(demandUs: number, waitingUs: number, lengthUs: number, nowMs: number): void {
    const hosts = Math.max(1, this.#parts.hosts());
    const ownUs = this.#parts.hostCpuUs();
    this.#host.addDemand((demandUs + ownUs - this.#hostCpuUs) * hosts);
    this.#hostCpuUs = ownUs;
    this.#host.close({ lengthUs, waitingUs: waitingUs * hosts, present: hosts, rules: this.#rules.host, nowMs });
  }

  /** A plugin's calls cost what its calls did; of those of which none has ended, no more is known than for how long they are there. */
  #addDemand({ plugin, lane, mostUs, counted }: Slot): void {
    const load = this.#laneLoad(lane);
    const own = plugin === undefined ? undefined : this.#pluginLoad(plugin);
    const callUs = (own ?? load).callUs();
    const us = callUs === undefined ? Math.min(counted.inFlightUs, counted.arrivals * mostUs) : counted.arrivals * callUs;
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
    return this.#tickedMs - this.#sinceMs < seconds.panic * 1_000 ? this.#tooEarly() : undefined;
  }

  #tooEarly(): Unknown {
    const { seconds, clock } = this.#parts;
    const upS = Math.max(0, Math.round((clock.elapsed() - this.#sinceMs) / 1_000));
    return { kind: 'unknown', reason: `the host has watched for ${upS} s; hints take ${seconds.panic} s` };
  }
}

const idle: Known = Object.freeze({
  ...{ kind: 'known', wanted: 0, present: undefined, reason: '' },
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
