/**
 * What the guest's prelude can ask of the host. Only the prelude holds these functions; the plugin never sees one, so
 * their arguments are of the right types, but their contents are the plugin's. They throw no host error into the guest.
 */

import type { Deadline } from '../../guards/deadline.ts';
import type { PreludeModules } from '../build.ts';
import { type HostCall, hostCalls } from '../host-calls.ts';
import { Codecs, stepStatus } from './codecs.ts';
import { compute } from './computed.ts';
import type { Engine, HostFunction } from './engine.ts';
import type { Arguments } from './guest-memory.ts';
import { formatQuery, parseQuery, parseUrl, setUrlPart } from './guest-url.ts';
import { mostSentBytes, PendingOps } from './pending-ops.ts';
import type { SandboxEvents } from './sandbox-events.ts';
import { Timers } from './timers.ts';
import { answerSubtle, drawsRandomness } from './webcrypto.ts';
import { liveWorld, NotedWorld, type World } from './world.ts';

/** What the host keeps for the calls of a guest. */
interface Held {
  readonly timers: Timers;
  readonly ops: PendingOps;
  readonly codecs: Codecs;
}

/** What a sandbox shares with its host functions. */
export class HostSide {
  /** The call on whose behalf the guest runs; 0 while its modules are evaluated. */
  call = 0;
  /** What holds that call's world. */
  caller: { world: World | undefined } | undefined;
  /** The guard site that tripped in this stay. */
  site: number | undefined;
  /** What the modules' evaluation has read that must differ from sandbox to sandbox. */
  unrepeatable: 'randomness' | 'time' | undefined;
  /** The guest has joined bytes that are to leave at the end of the stay. */
  unflushed = false;
  /** Most plugins need nothing of it, and a call should not find it cold for nothing. */
  held: Held | undefined;
  readonly modules: PreludeModules;
  /** None while the prelude is made. */
  readonly events: SandboxEvents | undefined;
  readonly deadline: Deadline | undefined;

  constructor(modules: PreludeModules, events?: SandboxEvents, deadline?: Deadline) {
    this.modules = modules;
    this.events = events;
    this.deadline = deadline;
  }

  hold(): Held {
    this.held ??= {
      timers: new Timers((call, timer) => this.events?.due(call, timer)),
      ops: new PendingOps(),
      codecs: new Codecs(),
    };
    return this.held;
  }
}

/** Made when the call first reads of it. */
function worldOf({ caller }: HostSide): World {
  if (caller === undefined) return liveWorld;
  caller.world ??= new NotedWorld();
  return caller.world;
}

/** Whole milliseconds since the epoch: coarse enough not to time the engine with. */
export function nowFor(side: HostSide): number {
  if (side.call === 0) side.unrepeatable ??= 'time';
  return worldOf(side).now();
}

/** Every source of randomness asks this. */
function randomnessFor(side: HostSide): World {
  if (side.call === 0) side.unrepeatable = 'randomness';
  return worldOf(side);
}

/** A UUID of version 4 (RFC 9562, section 5.4). */
function uuidOf(bytes: Buffer): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const maxRandomBytes = 65_536;
const clientStates = ['over', 'there', 'gone'];

const number = (engine: Engine, args: Arguments, i: number) => engine.number(args.pointer(i));
const text = (engine: Engine, args: Arguments, i: number) => engine.text(args.pointer(i));
const optionalText = (engine: Engine, args: Arguments, i: number) =>
  args.length > i && engine.isString(args.pointer(i)) ? text(engine, args, i) : undefined;
const optionalBytes = (engine: Engine, args: Arguments, i: number) =>
  args.length > i && engine.isObject(args.pointer(i)) ? engine.buffer(args.pointer(i)) : undefined;
const maybe = (engine: Engine, value: string | undefined) => (value === undefined ? 0 : engine.newString(value));
/** A view of guest bytes: buffer, offset, length. */
const bytes = (engine: Engine, args: Arguments, i: number) => {
  const start = number(engine, args, i + 1);
  return engine.buffer(args.pointer(i)).subarray(start, start + number(engine, args, i + 2));
};

const table: Readonly<Record<HostCall, HostFunction<HostSide>>> = {
  replyText(engine, args, side) {
    const [head, body] = engine.twoUtf8(args.pointer(3), args.pointer(4));
    side.events?.reply(number(engine, args, 0), number(engine, args, 1), number(engine, args, 2), head, body);
    return 0;
  },
  replyBytes(engine, args, side) {
    const bytes = engine.buffer(args.pointer(4));
    const body = { bytes, start: 0, end: bytes.length };
    side.events?.reply(number(engine, args, 0), number(engine, args, 1), number(engine, args, 2), engine.utf8(args.pointer(3)), body);
    return 0;
  },
  fail(engine, args, side) {
    side.events?.fail(number(engine, args, 0), number(engine, args, 1), text(engine, args, 2), text(engine, args, 3));
    return 0;
  },
  settled(engine, args, side) {
    side.events?.settled(number(engine, args, 0), number(engine, args, 1));
    return 0;
  },
  log(engine, args, side) {
    const isTaken = side.events?.log(side.call, number(engine, args, 0), text(engine, args, 1));
    return isTaken === false ? engine.newNumber(1) : 0;
  },
  trip(engine, args, side) {
    // Whatever has called it: a site is a whole number.
    side.site ??= number(engine, args, 0) >>> 0;
    side.deadline?.stop(performance.now(), 'loop_budget_exceeded');
    return 0;
  },
  setTimer(engine, args, side) {
    if (side.call === 0) return engine.throwError('Error', 'Timers can be set only while a call runs, not at the top level');
    const id = side.hold().timers.set(side.call, number(engine, args, 0), side.caller?.world?.isReplayed === true);
    return id === undefined ? engine.throwError('Error', 'Too many timers are pending') : engine.newNumber(id);
  },
  clearTimer(engine, args, side) {
    side.hold().timers.delete(number(engine, args, 0));
    return 0;
  },
  now: (engine, _args, side) => engine.newNumber(nowFor(side)),
  randomNumber(engine, _args, side) {
    return engine.newNumber(randomnessFor(side).bytes(6).readUIntBE(0, 6) / 2 ** 48);
  },
  random(engine, args, side) {
    return engine.newBuffer(randomnessFor(side).bytes(Math.min(maxRandomBytes, Math.max(0, number(engine, args, 0) | 0))));
  },
  uuid: (engine, _args, side) => engine.newString(uuidOf(randomnessFor(side).bytes(16))),
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
  load: (engine, args, side) => engine.evaluatePrelude(text(engine, args, 0), (name) => side.modules[name]),
  begin(engine, args, side) {
    const call = number(engine, args, 0) || side.call;
    const name = text(engine, args, 1);
    if (call === 0) return engine.throwError('Error', `Disallowed at the top level: ${name} needs a call that runs`);
    const content = optionalBytes(engine, args, 3);
    const id = side.hold().ops.add(call, content?.byteLength ?? 0);
    if (typeof id === 'string') return engine.throwError('Error', id);
    if (side.events?.op(call, id, name, text(engine, args, 2), content) === true) return engine.newNumber(id);
    side.hold().ops.delete(id);
    return engine.throwError('Error', 'The call is over');
  },
  send(engine, args, side) {
    const call = number(engine, args, 0) || side.call;
    const content = optionalBytes(engine, args, 3);
    if (call === 0 || (content?.byteLength ?? 0) > mostSentBytes) return engine.throwError('Error', 'This cannot be told to the host');
    side.events?.op(call, 0, text(engine, args, 1), text(engine, args, 2), content);
    return 0;
  },
  replyStream(engine, args, side) {
    const head = engine.utf8(args.pointer(3));
    side.events?.reply(number(engine, args, 0), number(engine, args, 1), number(engine, args, 2), head, undefined);
    return 0;
  },
  keep: (engine, args, side) =>
    engine.newNumber(clientStates.indexOf(side.events?.keep(number(engine, args, 0), number(engine, args, 1) !== 0) ?? 'over')),
  flushLater(_engine, _args, side) {
    side.unflushed = true;
    return 0;
  },
  runningCall: (engine, _args, side) => engine.newNumber(side.call),
  subtle(engine, args, side) {
    const left = side.deadline?.left(performance.now()) ?? 0;
    const request = text(engine, args, 0);
    const act = () => answerSubtle(request, (i) => optionalBytes(engine, args, i + 1), left);
    const answer = drawsRandomness(request) ? randomnessFor(side).draw(act) : act();
    if (typeof answer === 'number') return engine.newNumber(answer);
    return typeof answer === 'string' ? engine.newString(answer) : engine.newBuffer(answer);
  },
  compute: (engine, args) => engine.newString(compute(text(engine, args, 0), text(engine, args, 1), text(engine, args, 2))),
  openCodec(engine, args, side) {
    // Told apart from a refusal: the guest opens it when the first call uses it.
    if (side.call === 0) return engine.newNumber(0);
    const id = side.hold().codecs.open(side.call, text(engine, args, 0));
    return typeof id === 'string' ? engine.throwError('Error', id) : engine.newNumber(id);
  },
  feedCodec(engine, args, side) {
    side.hold().codecs.feed(number(engine, args, 0), engine.buffer(args.pointer(1)));
    return 0;
  },
  stepCodec(engine, args, side) {
    // Steps take milliseconds, and the engine looks at the clock only every some thousand branches.
    if (side.deadline?.poll(performance.now()) === true) return engine.newNumber(stepStatus.stopped);
    const step = side.hold().codecs.step(number(engine, args, 0), number(engine, args, 1) !== 0);
    return typeof step === 'number' ? engine.newNumber(step) : engine.newBuffer(step);
  },
  closeCodec(engine, args, side) {
    side.hold().codecs.close(number(engine, args, 0));
    return 0;
  },
};

/** By the numbers under which the prelude calls them. */
export const hostFunctions: readonly HostFunction<HostSide>[] = hostCalls.map((name) => table[name]);
