/** AbortController and AbortSignal. */

import { DOMException } from './dom-exception.ts';
import type { Event } from './event.ts';
import { defineSignals, EventTarget, fireTrusted } from './event-target.ts';
import { NativeSet, push, setAdd, setDelete, setForEach } from './primordials.ts';
import { callLater } from './timers.ts';
import { asInterface, illegalConstructor, internal, requireArguments } from './webidl.ts';

type Handler = ((this: AbortSignal, event: Event) => unknown) | null;

let abort: (signal: AbortSignal, reason: unknown) => void;
let createSignal: () => AbortSignal;
/** A signal that aborts with the first of its sources. */
export let dependOn: (sources: readonly AbortSignal[]) => AbortSignal;
export let isAbortSignal: (value: unknown) => value is AbortSignal;
/** For a signal that no plugin has seen and nobody needs any more: those that it depends on, which may live long, let go of it. */
export let release: (signal: AbortSignal) => void;
/** Runs when the signal aborts, before its listeners. Not called for one that has aborted already. */
export let whenAborted: (signal: AbortSignal, act: () => void) => void;

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  #handler: Handler = null;
  #handles = false;
  #acts: (() => void)[] | undefined;
  /** Where this one depends on others: those that depend on none. */
  #sources: Set<AbortSignal> | undefined;
  #dependents: Set<AbortSignal> | undefined;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
    super();
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = createSignal();
    signal.#aborted = true;
    signal.#reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  static timeout(milliseconds: number): AbortSignal {
    requireArguments(arguments.length, 1, 'AbortSignal.timeout');
    const delay = +milliseconds;
    if (!(delay > -1) || delay > Number.MAX_SAFE_INTEGER) throw new TypeError('The timeout must be a number of milliseconds');
    const signal = createSignal();
    callLater(() => abort(signal, new DOMException('The operation timed out', 'TimeoutError')), delay);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    requireArguments(arguments.length, 1, 'AbortSignal.any');
    const sources = [...signals];
    for (let index = 0; index < sources.length; index += 1) {
      if (!isAbortSignal(sources[index])) throw new TypeError('AbortSignal.any takes signals only');
    }
    return dependOn(sources);
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  get onabort(): Handler {
    return this.#handler;
  }

  set onabort(handler: Handler) {
    this.#handler = typeof handler === 'function' || (typeof handler === 'object' && handler !== null) ? handler : null;
    if (this.#handles || this.#handler === null) return;
    this.#handles = true;
    super.addEventListener('abort', (event) => {
      // An object is kept, as Web IDL has it, though it cannot be called.
      if (typeof this.#handler === 'function') this.#handler.call(this, event);
    });
  }

  #mark(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
  }

  #tell(): void {
    const acts = this.#acts;
    this.#acts = undefined;
    if (acts !== undefined) for (let index = 0; index < acts.length; index += 1) (acts[index] as () => void)();
    const sources = this.#sources;
    if (sources !== undefined) {
      this.#sources = undefined;
      setForEach(sources, (source) => source.#dependents !== undefined && setDelete(source.#dependents, this));
    }
    fireTrusted(this, 'abort');
  }

  static {
    createSignal = () => new AbortSignal(internal);
    isAbortSignal = (value): value is AbortSignal => typeof value === 'object' && value !== null && #aborted in value;
    whenAborted = (signal, act) => {
      push((signal.#acts ??= []), act);
    };
    release = (signal) => {
      signal.#acts = undefined;
      const sources = signal.#sources;
      signal.#sources = undefined;
      if (sources !== undefined) setForEach(sources, (source) => source.#dependents !== undefined && setDelete(source.#dependents, signal));
    };
    abort = (signal, given) => {
      if (signal.#aborted) return;
      const reason = given === undefined ? abortError() : given;
      signal.#mark(reason);
      // All dependents are aborted before any listener runs.
      const marked: AbortSignal[] = [];
      const dependents = signal.#dependents;
      signal.#dependents = undefined;
      if (dependents !== undefined) {
        setForEach(dependents, (dependent) => {
          if (dependent.#aborted) return;
          dependent.#mark(reason);
          push(marked, dependent);
        });
      }
      signal.#tell();
      for (let index = 0; index < marked.length; index += 1) (marked[index] as AbortSignal).#tell();
    };
    dependOn = (sources) => {
      const result = createSignal();
      for (let index = 0; index < sources.length; index += 1) {
        const source = sources[index] as AbortSignal;
        if (!source.#aborted) continue;
        result.#mark(source.#reason);
        return result;
      }
      const roots = (result.#sources = new NativeSet<AbortSignal>());
      const add = (root: AbortSignal) => {
        setAdd(roots, root);
        setAdd((root.#dependents ??= new NativeSet<AbortSignal>()), result);
      };
      for (let index = 0; index < sources.length; index += 1) {
        const source = sources[index] as AbortSignal;
        if (source.#sources === undefined) add(source);
        else setForEach(source.#sources, add);
      }
      return result;
    };
  }
}

defineSignals(isAbortSignal, whenAborted as Parameters<typeof defineSignals>[1]);

export class AbortController {
  #signal: AbortSignal = createSignal();

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abort(this.#signal, reason);
  }
}

/** What a controller does. */
export function abortWith(signal: AbortSignal, reason: unknown): void {
  abort(signal, reason);
}

function abortError(): DOMException {
  return new DOMException('This operation was aborted', 'AbortError');
}

asInterface(AbortController, 'AbortController', 0, { abort: 0 });
asInterface(AbortSignal, 'AbortSignal', 0, { abort: 0 });
