/**
 * What the guest's prelude can ask of the host. Only the prelude holds these functions; the plugin never sees one, so
 * their arguments are of the right types, but their contents are the plugin's. They throw no host error into the guest.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { Deadline } from '../../guards/deadline.ts';
import type { PreludeModules } from '../build.ts';
import { compute } from './computed.ts';
import type { Arguments, Engine, HostFunction, Pointer } from './engine.ts';
import { formatQuery, parseQuery, parseUrl, setUrlPart } from './guest-url.ts';
import { mostSentBytes, PendingOps } from './pending-ops.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import { Timers } from './timers.ts';
import { answerSubtle } from './webcrypto.ts';

/** What a sandbox shares with its host functions. */
export interface HostSide {
  /** The call on whose behalf the guest runs; 0 while its modules are evaluated. */
  call: number;
  /** The guard site that tripped in this stay. */
  site: number | undefined;
  /** What the modules' evaluation has read that must differ from sandbox to sandbox. */
  unrepeatable: 'randomness' | 'time' | undefined;
  readonly timers: Timers;
  readonly ops: PendingOps;
  /** The guest has joined bytes that are to leave at the end of the stay. */
  unflushed: boolean;
}

/** Whole milliseconds since the epoch: coarse enough not to time the engine with. */
export function nowFor(side: HostSide): number {
  if (side.call === 0) side.unrepeatable ??= 'time';
  return Date.now();
}

/** Every source of randomness asks this first. */
export function noteRandomness(side: HostSide): void {
  if (side.call === 0) side.unrepeatable = 'randomness';
}

const maxRandomBytes = 65_536;
const clientStates = ['over', 'there', 'gone'];

/** In an order that never changes between a snapshot and its restoring. */
export function hostFunctions(
  modules: PreludeModules,
  events?: SandboxEvents,
  deadline?: Deadline,
): { functions: HostFunction[]; names: string[]; side: HostSide } {
  const side: HostSide = {
    call: 0,
    site: undefined,
    unrepeatable: undefined,
    timers: new Timers(),
    ops: new PendingOps(),
    unflushed: false,
  };
  const number = (engine: Engine, args: Arguments, i: number) => engine.number(args.pointer(i));
  const text = (engine: Engine, args: Arguments, i: number) => engine.text(args.pointer(i));
  const optionalText = (engine: Engine, args: Arguments, i: number) =>
    args.length > i && engine.typeOf(args.pointer(i)) === 'string' ? text(engine, args, i) : undefined;
  const optionalBytes = (engine: Engine, args: Arguments, i: number) =>
    args.length > i && engine.typeOf(args.pointer(i)) === 'object' ? engine.buffer(args.pointer(i)) : undefined;
  const maybe = (engine: Engine, value: string | undefined) => (value === undefined ? 0 : engine.newString(value));
  /** A view of guest bytes: buffer, offset, length. */
  const bytes = (engine: Engine, args: Arguments, i: number) => {
    const start = number(engine, args, i + 1);
    return engine.buffer(args.pointer(i)).subarray(start, start + number(engine, args, i + 2));
  };

  const table: Record<string, (engine: Engine, args: Arguments) => Pointer> = {
    replyText(engine, args) {
      engine.withTexts(args.pointer(3), args.pointer(4), (memory, start, end, bodyStart, bodyEnd) => {
        events?.reply(
          number(engine, args, 0),
          number(engine, args, 1),
          number(engine, args, 2),
          memory,
          { start, end },
          { start: bodyStart, end: bodyEnd },
        );
      });
      return 0;
    },
    replyBytes(engine, args) {
      const body = engine.buffer(args.pointer(4));
      engine.withText(args.pointer(3), (memory, start, end) => {
        events?.reply(number(engine, args, 0), number(engine, args, 1), number(engine, args, 2), memory, { start, end }, body);
      });
      return 0;
    },
    fail(engine, args) {
      events?.fail(number(engine, args, 0), number(engine, args, 1), text(engine, args, 2), text(engine, args, 3));
      return 0;
    },
    settled(engine, args) {
      events?.settled(number(engine, args, 0), number(engine, args, 1));
      return 0;
    },
    log(engine, args) {
      events?.log(side.call, number(engine, args, 0), text(engine, args, 1));
      return 0;
    },
    trip(engine, args) {
      side.site ??= number(engine, args, 0);
      deadline?.stop(performance.now(), 'loop_budget_exceeded');
      return 0;
    },
    setTimer(engine, args) {
      if (side.call === 0) return engine.throwError('Error', 'Timers can be set only while a call runs, not at the top level');
      const id = side.timers.set(side.call, number(engine, args, 0));
      return id === undefined ? engine.throwError('Error', 'Too many timers are pending') : engine.newNumber(id);
    },
    clearTimer(engine, args) {
      side.timers.delete(number(engine, args, 0));
      return 0;
    },
    now: (engine) => engine.newNumber(nowFor(side)),
    randomNumber(engine) {
      noteRandomness(side);
      return engine.newNumber(randomBytes(6).readUIntBE(0, 6) / 2 ** 48);
    },
    random(engine, args) {
      noteRandomness(side);
      return engine.newBuffer(randomBytes(Math.min(maxRandomBytes, Math.max(0, number(engine, args, 0) | 0))));
    },
    uuid(engine) {
      noteRandomness(side);
      return engine.newString(randomUUID());
    },
    encodeUtf8: (engine, args) => engine.newBuffer(Buffer.from(text(engine, args, 0))),
    decodeUtf8(engine, args) {
      const flag = (i: number) => number(engine, args, i) !== 0;
      try {
        const decoder = new TextDecoder(text(engine, args, 3), { fatal: flag(4), ignoreBOM: flag(5) });
        return engine.newString(decoder.decode(bytes(engine, args, 0)));
      } catch {
        return 0;
      }
    },
    encodeBase64: (engine, args) => engine.newString(bytes(engine, args, 0).toString('base64')),
    decodeBase64(engine, args) {
      try {
        return engine.newBuffer(Buffer.from(atob(text(engine, args, 0)), 'latin1'));
      } catch {
        return 0;
      }
    },
    parseUrl: (engine, args) => maybe(engine, parseUrl(text(engine, args, 0), optionalText(engine, args, 1))),
    setUrlPart: (engine, args) => maybe(engine, setUrlPart(text(engine, args, 0), text(engine, args, 1), text(engine, args, 2))),
    parseQuery: (engine, args) => engine.newString(parseQuery(text(engine, args, 0))),
    formatQuery: (engine, args) => engine.newString(formatQuery(text(engine, args, 0))),
    load: (engine, args) => engine.evaluatePrelude(text(engine, args, 0), (name) => modules[name]),
    begin(engine, args) {
      const call = number(engine, args, 0) || side.call;
      const name = text(engine, args, 1);
      if (call === 0) return engine.throwError('Error', `Disallowed at the top level: ${name} needs a call that runs`);
      const content = optionalBytes(engine, args, 3);
      const id = side.ops.add(call, content?.byteLength ?? 0);
      if (typeof id === 'string') return engine.throwError('Error', id);
      if (events?.op(call, id, name, text(engine, args, 2), content) === true) return engine.newNumber(id);
      side.ops.delete(id);
      return engine.throwError('Error', 'The call is over');
    },
    send(engine, args) {
      const call = number(engine, args, 0) || side.call;
      const content = optionalBytes(engine, args, 3);
      if (call === 0 || (content?.byteLength ?? 0) > mostSentBytes) return engine.throwError('Error', 'This cannot be told to the host');
      events?.op(call, 0, text(engine, args, 1), text(engine, args, 2), content);
      return 0;
    },
    replyStream(engine, args) {
      engine.withText(args.pointer(3), (memory, start, end) => {
        events?.reply(number(engine, args, 0), number(engine, args, 1), number(engine, args, 2), memory, { start, end }, undefined);
      });
      return 0;
    },
    keep: (engine, args) =>
      engine.newNumber(clientStates.indexOf(events?.keep(number(engine, args, 0), number(engine, args, 1) !== 0) ?? 'over')),
    flushLater() {
      side.unflushed = true;
      return 0;
    },
    runningCall: (engine) => engine.newNumber(side.call),
    subtle(engine, args) {
      const left = deadline?.left(performance.now()) ?? 0;
      const answer = answerSubtle(text(engine, args, 0), (i) => optionalBytes(engine, args, i + 1), left);
      if (typeof answer === 'number') return engine.newNumber(answer);
      return typeof answer === 'string' ? engine.newString(answer) : engine.newBuffer(answer);
    },
    compute: (engine, args) => engine.newString(compute(text(engine, args, 0), text(engine, args, 1), text(engine, args, 2))),
  };
  return { functions: Object.values(table), names: Object.keys(table), side };
}
