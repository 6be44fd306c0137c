/** The releases that an executor holds, the making of their sandboxes, and the dropping of those that are idle. */

import { shared } from '../../guards/limits.ts';
import type { PreludeModules } from '../../loader/build.ts';
import { decodeOver, evaluatePrelude, type Prelude } from '../../loader/sandbox/prelude.ts';
import { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { SandboxEvents } from '../../loader/sandbox/sandbox-events.ts';
import { Rewind, type Snapshot } from '../../loader/sandbox/snapshot.ts';
import type { Source } from '../../loader/sandbox/startup.ts';
import { provideEngine } from '../../loader/sandbox/wasm-module.ts';
import type { FrameWriter } from './frames.ts';
import { type GuestAccount, type GuestTimes, guestAccount } from './guest-times.ts';
import { askForState, HandOverFailure } from './hand-over.ts';
import { HeldMemory } from './held-memory.ts';
import { packStartup, wired } from './packed-start.ts';
import type { Slot } from './slot.ts';
import { Uncharged } from './uncharged.ts';
import type { Eviction, HandOver, PackedFailure, Subject, ToExecutor, Used, WiredSnapshot } from './wire.ts';

type Load = Extract<ToExecutor, { kind: 'load' }>;

interface MadeSandbox {
  readonly sandbox: Sandbox;
  readonly snapshot?: WiredSnapshot;
  /** Whether it has the state of another release's. */
  readonly goesOn?: true;
}

export interface SlotEvents {
  /** A call may enter the slot; making its sandbox took `initUs`. */
  started(slot: Slot, initUs: number): void;
  failed(key: number, error: PackedFailure): void;
  /** Between calls the sandbox has handed its state over, and may have woken calls; where it is spent, those in it are lost. */
  asked(sandbox: Sandbox): void;
}

/** Sandboxes that wait for calls of one release whose calls each start anew. */
const mostIdle = 8;
/** How often it is looked for idle sandboxes. */
const sweepMs = 1_000;
/** Under memory pressure so many of the idle sandboxes go at once. */
const shareEvicted = 1 / 8;

export class Slots {
  readonly #frames: FrameWriter;
  readonly #sandboxEvents: SandboxEvents;
  readonly #events: SlotEvents;
  readonly #slots = new Map<number, Slot>();
  /** Releases that the host was asked for and has not sent. */
  readonly #needed = new Set<number>();
  readonly #times: GuestTimes;
  readonly #held = new HeldMemory();
  readonly #uncharged = new Uncharged();
  #prelude: Promise<Prelude> | undefined;

  constructor(frames: FrameWriter, times: GuestTimes, sandboxEvents: SandboxEvents, events: SlotEvents) {
    this.#frames = frames;
    this.#times = times;
    this.#sandboxEvents = sandboxEvents;
    this.#events = events;
  }

  prepare(engine: Uint8Array, modules: PreludeModules, eviction: Eviction): void {
    provideEngine(engine);
    this.#prelude = evaluatePrelude(modules);
    this.#prelude.then(({ id }) => {
      // What making the prelude left, and what collecting itself needs, is there from now on and not some day.
      globalThis.gc?.();
      this.#held.bare();
      this.#send({ kind: 'ready', base: id });
    });
    setInterval(() => this.#evict(eviction), sweepMs).unref();
  }

  async probe(id: number, source: Source): Promise<void> {
    try {
      const prelude = await this.#ready();
      using sandbox = await this.#evaluate(prelude, source, 'probe', id, guestAccount(-id));
      const { interfaces, startupUs, unrepeatable } = sandbox;
      const snapshot = unrepeatable === undefined ? await wired(await sandbox.snapshot()) : null;
      this.#send({ kind: 'probed', id, interfaces, startupUs, snapshot });
    } catch (error) {
      this.#send({ kind: 'unprobed', id, error: packStartup(error) });
    }
  }

  load({ key, image, limits: given, isolation, dynamicCode, handOver }: Load): void {
    this.#needed.delete(key);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      const state = {
        idle: [],
        fresh: undefined,
        open: 0,
        starting: false,
        usedAt: performance.now(),
        toldBytes: 0,
        said: { second: 0, lines: 0 },
      };
      slot = { key, limits: shared(given), isolation, dynamicCode, image, account: guestAccount(key), ...state };
      this.#slots.set(key, slot);
    } else slot.image = image;
    void this.#start(slot, handOver);
  }

  /** The host has it dropped. */
  unload(key: number): void {
    this.#drop(key);
    this.#uncharged.take(key);
  }

  #drop(key: number): void {
    this.#needed.delete(key);
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    for (const sandbox of slot.idle) sandbox.close();
    this.#slots.delete(key);
    this.#held.gone(slot);
  }

  /** @param out sandboxes that calls have taken out of their slots, by the slots' keys */
  memory(out: ReadonlyMap<number, number>): Pick<Used, 'memory' | 'bareBytes'> {
    return this.#held.told(this.#slots.values(), out);
  }

  /**
   * A sandbox for a call, which must `leave` it.
   * @returns `undefined` where there is none yet: `started` or `failed` will tell
   */
  enter(key: number): { readonly slot: Slot; readonly sandbox: Sandbox } | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) {
      this.#need(key);
      return undefined;
    }
    const sandbox = slot.isolation === 'shared' ? slot.idle[0] : slot.idle.pop();
    if (sandbox === undefined) {
      void this.#start(slot);
      return undefined;
    }
    slot.open += 1;
    slot.usedAt = performance.now();
    return { slot, sandbox };
  }

  /** CPU time of evaluating the release's modules, to be charged to the call that asks. */
  takeUncharged(key: number): number {
    return this.#uncharged.take(key);
  }

  /** A call in the sandbox is over. One that a guard has stopped is spent, and another is made in its place. */
  leave(slot: Slot, sandbox: Sandbox): void {
    slot.open -= 1;
    if (sandbox.spent) {
      this.#replace(slot, sandbox);
      return;
    }
    if (slot.isolation === 'shared') return;
    const held = this.#slots.get(slot.key) === slot;
    if (held && slot.fresh !== undefined && slot.idle.length < mostIdle) {
      sandbox.rewind(slot.fresh.rewind);
      slot.idle.push(sandbox);
    } else {
      sandbox.close();
      if (held && slot.fresh === undefined) void this.#start(slot);
    }
  }

  #replace(slot: Slot, spent: Sandbox): void {
    spent.close();
    const at = slot.idle.indexOf(spent);
    if (at >= 0) slot.idle.splice(at, 1);
    // At once, so that the next call need not wait for it.
    else if (slot.isolation === 'shared') return;
    if (this.#slots.get(slot.key) === slot && slot.idle.length === 0) void this.#start(slot);
  }

  /** Makes a sandbox for the slot, unless that is under way. */
  async #start(slot: Slot, handOver?: HandOver): Promise<void> {
    if (slot.starting || (slot.isolation === 'shared' && slot.idle.length > 0)) return;
    if (slot.image === undefined && slot.fresh === undefined) {
      this.#need(slot.key);
      return;
    }
    slot.starting = true;
    const began = performance.now();
    try {
      const made = await this.#make(slot, handOver);
      slot.starting = false;
      if (made === undefined) {
        this.#need(slot.key, true);
        return;
      }
      const { sandbox, snapshot, goesOn } = made;
      // Unloaded meanwhile: nobody will ever close it but we.
      if (this.#slots.get(slot.key) !== slot) {
        sandbox.close();
        return;
      }
      slot.idle.push(sandbox);
      const state = { ...(sandbox.isHot ? { hot: true as const } : {}), ...(goesOn === true ? { goesOn } : {}) };
      this.#send({ kind: 'loaded', key: slot.key, ...(snapshot === undefined ? {} : { snapshot }), ...state });
      this.#events.started(slot, Math.round((performance.now() - began) * 1_000));
    } catch (error) {
      slot.starting = false;
      const handing = error instanceof HandOverFailure ? error : undefined;
      const failure = packStartup(handing?.cause ?? error);
      this.#send({ kind: 'unloaded', key: slot.key, error: failure, ...(handing === undefined ? {} : { step: handing.step }) });
      this.#events.failed(slot.key, failure);
    }
  }

  /** @returns `undefined` where the snapshot cannot be read: the code is needed */
  async #make(slot: Slot, handOver?: HandOver): Promise<MadeSandbox | undefined> {
    const prelude = await this.#ready();
    const { limits, image, fresh } = slot;
    if (handOver !== undefined) {
      const state = this.#ask(handOver.from, slot);
      const source = { code: handOver.code, limits, dynamicCode: slot.dynamicCode };
      if (state !== undefined) return { sandbox: await this.#goOn(prelude, slot, { ...source, state }), goesOn: true };
    }
    const restore = (snapshot: Snapshot) => Sandbox.restore(prelude, snapshot, limits, this.#sandboxEvents);
    if (fresh !== undefined) return { sandbox: await restore(fresh.snapshot) };
    if (image?.kind === 'snapshot') {
      let snapshot: Snapshot;
      try {
        snapshot = await decodeOver(prelude, image.bytes);
      } catch {
        slot.image = undefined;
        return undefined;
      }
      this.#keep(slot, snapshot);
      return { sandbox: await restore(snapshot) };
    }
    const sandbox = await this.#evaluateFor(prelude, slot, { code: image?.code ?? '', limits, dynamicCode: slot.dynamicCode });
    if (image?.keep !== true && slot.isolation === 'shared') {
      slot.image = undefined;
      return { sandbox };
    }
    if (sandbox.unrepeatable !== undefined) {
      // Told once: a release whose calls each start anew gets here for every one of them.
      slot.image = slot.isolation === 'shared' || image === undefined ? undefined : { ...image, keep: false };
      return { sandbox, ...(image?.keep === true ? { snapshot: null } : {}) };
    }
    using _ = sandbox;
    const snapshot = await sandbox.snapshot();
    this.#keep(slot, snapshot);
    const given = image?.keep === true ? { snapshot: await wired(snapshot) } : {};
    return { sandbox: await restore(snapshot), ...given };
  }

  /** @returns `undefined` where nothing is handed over: no sandbox is here, or it has nothing to give @throws HandOverFailure */
  #ask(from: number, to: Slot): string | undefined {
    const slot = this.#slots.get(from);
    const [sandbox] = slot?.idle ?? [];
    if (slot?.isolation !== 'shared' || sandbox?.isHot !== true) return undefined;
    try {
      return askForState(sandbox, to.key, this.#frames, (stay) => this.#times.add(to.account, stay));
    } finally {
      this.#events.asked(sandbox);
      this.#frames.leave();
      this.#frames.flush();
      if (sandbox.spent) this.#replace(slot, sandbox);
    }
  }

  /** A sandbox whose modules find the state of another release's. @throws HandOverFailure */
  async #goOn(prelude: Prelude, slot: Slot, source: Source): Promise<Sandbox> {
    slot.image = undefined;
    try {
      return await this.#evaluateFor(prelude, slot, source);
    } catch (error) {
      throw new HandOverFailure('evaluate', error);
    }
  }

  /** A shared sandbox is made once; what it is made of comes again when it is needed. */
  #keep(slot: Slot, snapshot: Snapshot): void {
    slot.image = undefined;
    if (slot.isolation === 'request') slot.fresh = { snapshot, rewind: new Rewind(snapshot) };
  }

  /** @param ran is given what CPU time it took, however it ended */
  #evaluate(
    prelude: Prelude,
    source: Source,
    subject: Subject,
    id: number,
    account: GuestAccount,
    ran: (cpuUs: number) => void = () => {},
  ): Promise<Sandbox> {
    return Sandbox.create(prelude, source, this.#sandboxEvents, () => {
      this.#frames.enter(subject, id, source.limits.startupMs);
      this.#frames.flush();
      const ended = this.#times.begin(account);
      return () => {
        ran(ended());
        this.#frames.leave();
        this.#frames.flush();
      };
    });
  }

  /** A sandbox of a release that the host has sent: some call is charged for it. */
  #evaluateFor(prelude: Prelude, { key, account }: Slot, source: Source): Promise<Sandbox> {
    return this.#evaluate(prelude, source, 'load', key, account, (cpuUs) => this.#uncharged.add(key, cpuUs));
  }

  #ready(): Promise<Prelude> {
    return this.#prelude ?? Promise.reject(new Error('a release came before the prelude'));
  }

  #need(key: number, anew = false): void {
    if (this.#needed.has(key)) return;
    this.#needed.add(key);
    this.#send({ kind: 'need', key, anew });
  }

  #evict({ afterMs, aboveBytes }: Eviction): void {
    const idle = [...this.#slots.values()].filter(({ open, starting, idle }) => open === 0 && !starting && idle.length > 0);
    const before = performance.now() - afterMs;
    const dropped = idle.filter(({ usedAt }) => usedAt < before);
    if (dropped.length === 0 && process.memoryUsage.rss() > aboveBytes) {
      idle.sort((a, b) => a.usedAt - b.usedAt);
      dropped.push(...idle.slice(0, Math.ceil(idle.length * shareEvicted)));
    }
    for (const { key } of dropped) {
      this.#drop(key);
      this.#frames.json({ kind: 'dropped', key });
    }
    this.#frames.flush();
  }

  #send(message: Parameters<FrameWriter['json']>[0]): void {
    this.#frames.json(message);
    this.#frames.flush();
  }
}
