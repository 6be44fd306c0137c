/** The releases that an executor holds, and the making of their sandboxes. */

import { isNboxError, packError } from '../../guards/errors.ts';
import type { Limits } from '../../guards/limits.ts';
import type { PreludeModules } from '../../loader/build.ts';
import { evaluatePrelude, type Prelude } from '../../loader/sandbox/prelude.ts';
import { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { SandboxEvents } from '../../loader/sandbox/sandbox-events.ts';
import { StartupError } from '../../loader/sandbox/startup.ts';
import type { FrameWriter } from './frames.ts';
import type { PackedFailure, Subject } from './wire.ts';

/** A release that this executor holds, with its sandbox where there is one. */
export interface Slot {
  readonly key: number;
  readonly code: string;
  readonly limits: Limits;
  sandbox: Sandbox | undefined;
  starting: boolean;
}

export interface SlotEvents {
  /** The slot has a sandbox; making it took `initUs`. */
  started(slot: Slot, initUs: number): void;
  failed(slot: Slot, error: PackedFailure): void;
}

type Source = Pick<Slot, 'code' | 'limits'>;

export class Slots {
  readonly #frames: FrameWriter;
  readonly #sandboxEvents: SandboxEvents;
  readonly #events: SlotEvents;
  readonly #slots = new Map<number, Slot>();
  #prelude: Promise<Prelude> | undefined;

  constructor(frames: FrameWriter, sandboxEvents: SandboxEvents, events: SlotEvents) {
    this.#frames = frames;
    this.#sandboxEvents = sandboxEvents;
    this.#events = events;
  }

  get(key: number): Slot | undefined {
    return this.#slots.get(key);
  }

  prepare(modules: PreludeModules): void {
    this.#prelude = evaluatePrelude(modules);
    this.#prelude.then(() => this.#send({ kind: 'ready' }));
  }

  async probe(id: number, source: Source): Promise<void> {
    try {
      using sandbox = await this.#create(source, 'probe', id);
      this.#send({ kind: 'probed', id, interfaces: sandbox.interfaces, startupUs: sandbox.startupUs });
    } catch (error) {
      this.#send({ kind: 'unprobed', id, error: packStartup(error) });
    }
  }

  load(key: number, { code, limits }: Source): void {
    const slot: Slot = { key, code, limits, sandbox: undefined, starting: false };
    this.#slots.set(key, slot);
    void this.start(slot);
  }

  unload(key: number): void {
    this.#slots.get(key)?.sandbox?.close();
    this.#slots.delete(key);
  }

  /** The sandbox is spent. The next is made at once, so that the next call need not wait for it. */
  replace(slot: Slot): void {
    slot.sandbox?.close();
    slot.sandbox = undefined;
    if (this.#slots.get(slot.key) === slot) void this.start(slot);
  }

  /** Makes the slot's sandbox, unless that is under way. */
  async start(slot: Slot): Promise<void> {
    if (slot.starting) return;
    slot.starting = true;
    const began = performance.now();
    try {
      const sandbox = await this.#create(slot, 'load', slot.key);
      slot.starting = false;
      // Unloaded meanwhile: nobody will ever close it but we.
      if (this.#slots.get(slot.key) !== slot) {
        sandbox.close();
        return;
      }
      slot.sandbox = sandbox;
      this.#send({ kind: 'loaded', key: slot.key });
      this.#events.started(slot, Math.round((performance.now() - began) * 1_000));
    } catch (error) {
      slot.starting = false;
      const failure = packStartup(error);
      this.#send({ kind: 'unloaded', key: slot.key, error: failure });
      this.#events.failed(slot, failure);
    }
  }

  async #create(source: Source, subject: Subject, id: number): Promise<Sandbox> {
    if (this.#prelude === undefined) throw new Error('a release came before the prelude');
    const prelude = await this.#prelude;
    const entering = () => {
      this.#frames.enter(subject, id, source.limits.startupMs);
      this.#frames.flush();
    };
    try {
      return await Sandbox.create(prelude, source, this.#sandboxEvents, entering);
    } finally {
      this.#frames.leave();
      this.#frames.flush();
    }
  }

  #send(message: Parameters<FrameWriter['json']>[0]): void {
    this.#frames.json(message);
    this.#frames.flush();
  }
}

function packStartup(error: unknown): PackedFailure {
  if (!(error instanceof StartupError)) return packError(error, isNboxError(error) ? error.code : 'probe_failed');
  return {
    code: 'probe_failed',
    details: { detail: error.message },
    ...(error.guestStack === '' ? {} : { stack: error.guestStack }),
    ...(error.site === undefined ? {} : { site: error.site }),
  };
}
