/** What answers a call that is run again in place of the outside: what the outside has answered the first time. */

import type { Tape } from '../../loader/sandbox/world.ts';
import type { ReplaySource } from '../dispatch/dispatch.ts';
import type { OpAnswer } from '../dispatch/op-answer.ts';
import { OpError } from '../dispatch/op-error.ts';
import type { RecordedOp, Recording } from './recording.ts';
import type { Hiding, Redactor } from './redactor.ts';

/** Names that are told of what nothing was recorded for. */
const mostMissed = 20;
/** More than is recorded of a call: what is larger was not recorded, and is not looked through. */
const mostCompared = 262_144;

interface Unused {
  readonly op: RecordedOp;
  used: boolean;
  /** Of a fetch, read once: there may be a thousand, and each is looked at for each that is asked for. */
  head: Head | undefined;
}

interface Head {
  readonly fetch: number;
  readonly all: string;
  readonly place: string;
}

const noTape: Tape = Object.freeze({ times: [], random: '', drawn: [], turns: [], cut: false });

export class RecordedAnswers implements ReplaySource {
  readonly tape: Tape;
  readonly streams: boolean;
  /** What the call has asked for and nobody had answered the first time. */
  readonly missed: string[] = [];
  /** Answers that were given to requests that are like the recorded ones, and not the same. */
  loose = 0;
  readonly #ops: readonly Unused[];
  readonly #hide: Hiding;
  readonly #isCut: boolean;
  /** The guest's numbers of its fetches, now and then. */
  readonly #fetches = new Map<number, number>();

  /** @param redactor the one of the recording: what is asked for now is compared with what could be kept */
  constructor(recording: Recording, redactor: Redactor) {
    this.tape = recording.tape ?? noTape;
    this.streams = recording.streams;
    this.#ops = recording.ops.map((op) => ({ op, used: false, head: undefined }));
    this.#hide = redactor.into(new Set());
    this.#isCut = recording.cut;
  }

  answer(name: string, json: string, bytes: Uint8Array | undefined): OpAnswer | undefined | Promise<never> {
    // It is run again for nothing by now; and a guest that asks on and on must not have the host look through all of it.
    if (this.missed.length >= mostMissed || json.length > mostCompared) throw this.#miss(name, 'was not recorded');
    // A request with a larger body is like a recorded one at most.
    const body = bytes !== undefined && bytes.length > mostCompared ? bytes.subarray(0, mostCompared + 1) : this.#hide.bytes(bytes);
    const found = this.#find(name, this.#hide.op(name, json), body);
    if (found === undefined) throw this.#miss(described(name, json), 'was not asked for when the call was recorded');
    found.used = true;
    const { answer } = found.op;
    if (answer === null && this.#isCut) throw this.#miss(described(name, json), 'was answered by more than is kept');
    // One of its own: who waits for a promise that all share is held by it for ever.
    if (answer === null) return new Promise<never>(() => {});
    const data: unknown = answer.json === '' ? undefined : JSON.parse(answer.json);
    if (!answer.ok) throw refusal(data);
    return { data, ...(answer.bytes === null ? {} : { bytes: Buffer.from(answer.bytes, 'base64') }) };
  }

  #miss(what: string, why: string): OpError {
    if (this.missed.length < mostMissed) this.missed.push(what);
    return new OpError(`${what} ${why}`, 'TypeError');
  }

  #find(name: string, json: string, bytes: Uint8Array | undefined): Unused | undefined {
    const unused = this.#ops.filter(({ op, used }) => !used && op.name === name);
    if (name === 'fetch') return this.#findFetch(unused, json, bytes);
    if (!name.startsWith('fetch.')) return unused.find(({ op }) => op.json === json);
    const number = fetchOf(json);
    if (number === undefined) return unused.find(({ op }) => op.json === json);
    const then = this.#fetches.get(number);
    return unused.find(({ op }) => fetchOf(op.json) === then);
  }

  /** The same request, else one to the same place. */
  #findFetch(unused: readonly Unused[], json: string, bytes: Uint8Array | undefined): Unused | undefined {
    const asked = headOf(json);
    const body = bytes === undefined ? null : Buffer.from(bytes).toString('base64');
    const heads = unused.map((one) => {
      one.head ??= headOf(one.op.json);
      return { one, head: one.head };
    });
    const same = heads.find(({ one, head }) => head.all === asked.all && one.op.bytes === body);
    const found = same ?? heads.find(({ head }) => head.place === asked.place);
    if (found === undefined) return undefined;
    if (same === undefined) this.loose += 1;
    this.#fetches.set(asked.fetch, found.head.fetch);
    return found.one;
  }
}

/** A fetch without the guest's number for it, which goes on from call to call. */
function headOf(json: string): Head {
  const { fetch, ...rest } = (parsed(json) ?? {}) as { fetch?: number; method?: string; url?: string };
  return { fetch: fetch ?? 0, all: JSON.stringify(rest), place: `${rest.method} ${rest.url}` };
}

function fetchOf(json: string): number | undefined {
  const data = parsed(json);
  return typeof data === 'object' && data !== null ? (data as { fetch?: number }).fetch : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function described(name: string, json: string): string {
  const { method, url } = (parsed(json) ?? {}) as { method?: unknown; url?: unknown };
  return typeof method === 'string' && typeof url === 'string' ? `${method} ${url.slice(0, 200)}` : name;
}

function refusal(data: unknown): OpError {
  const { name, message } = (data ?? {}) as { name?: unknown; message?: unknown };
  return new OpError(typeof message === 'string' ? message : 'The host failed', typeof name === 'string' ? name : 'Error');
}
