/**
 * What crosses between the host and an executor: one union for each direction, switched exhaustively.
 *
 * To an executor: structured messages over the IPC channel, calls in columns and a batch for each turn of the host's
 * event loop. From an executor: frames written synchronously to a pipe, so that what the guest has done has left the
 * process before the next guest code runs. When an executor dies, the host therefore knows which calls had started
 * and which was running, and no finished reply is lost with it.
 */

import type { PackedError } from '../../guards/errors.ts';
import type { Limits } from '../../guards/limits.ts';
import type { PreludeModules } from '../../loader/build.ts';
import type { Interface } from '../../loader/interface.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { Source } from '../../loader/sandbox/startup.ts';
import type { Tape } from '../../loader/sandbox/world.ts';
import type { Image } from '../release/release.ts';

/** The file descriptor of the pipe that an executor writes its frames to. */
export const frameDescriptor = 4;
/** A reply's status and headers. Clients take some 16 KiB. */
export const mostHeadBytes = 32_768;
/** Of a line of a console, in UTF-16 code units. */
export const mostLineLength = 8_192;

export type ToExecutor =
  | { readonly kind: 'prelude'; readonly engine: Uint8Array; readonly modules: PreludeModules; readonly eviction: Eviction }
  | { readonly kind: 'probe'; readonly id: number; readonly source: Source }
  | {
      readonly kind: 'load';
      readonly key: number;
      readonly image: Image;
      readonly limits: Limits;
      readonly isolation: Manifest['isolation'];
      /** Of no account where the image is a snapshot: what is in it was decided when it was taken. */
      readonly dynamicCode: boolean;
      readonly handOver?: HandOver;
    }
  | { readonly kind: 'unload'; readonly key: number }
  | Calls
  | { readonly kind: 'cancel'; readonly id: number }
  /** It is to tell what it has used: `used`. */
  | { readonly kind: 'account' }
  | Answer;

/** The release is to go on with the state of another one, if that has a sandbox here which hands something over. */
export interface HandOver {
  /** The other release's key. */
  readonly from: number;
  /** The release's own, to be evaluated with what it is given. */
  readonly code: string;
}

/** What the host has done, or why not, for an operation that a guest began. Too late ones are dropped. */
export interface Answer {
  readonly kind: 'answer';
  readonly call: number;
  readonly op: number;
  readonly ok: boolean;
  /** Of the data, '' where there is none; of `{ name, message }` where it is not `ok`. */
  readonly json: string;
  readonly bytes: Uint8Array | undefined;
}

/** Calls in the order in which they shall start, one an index in every column. */
export interface Calls {
  readonly kind: 'calls';
  readonly ids: number[];
  /** The release's key. */
  readonly keys: number[];
  /** What is left until the call's deadline. */
  readonly wallMs: number[];
  readonly interfaces: Interface[];
  /** `method\nurl\nname\nvalue…`; JSON of the event where the interface is none of HTTP. */
  readonly heads: string[];
  /** `null` where it is still coming in: the guest asks for it by `body.read`. */
  readonly bodies: (Uint8Array | null | undefined)[];
  /** Of few calls: by the index, what they are run again by, or that their tapes are wanted though they end well. */
  tapes: Map<number, Tape | true> | undefined;
}

export type FromExecutor =
  /** `base` names the prelude. */
  | { readonly kind: 'ready'; readonly base: string }
  | {
      readonly kind: 'probed';
      readonly id: number;
      readonly interfaces: readonly string[];
      readonly startupUs: number;
      readonly snapshot: WiredSnapshot;
    }
  | { readonly kind: 'unprobed'; readonly id: number; readonly error: PackedFailure }
  /** `snapshot`: only where the load asked for it. `hot`: it can hand its state over. `goesOn`: it has that of another one. */
  | { readonly kind: 'loaded'; readonly key: number; readonly snapshot?: WiredSnapshot; readonly hot?: true; readonly goesOn?: true }
  /** The release's sandbox was dropped, since it was idle. */
  | { readonly kind: 'dropped'; readonly key: number }
  /** The release is needed here, and is not here any more: `load` it. `anew`: its snapshot cannot be read. */
  | { readonly kind: 'need'; readonly key: number; readonly anew: boolean }
  /** `step`: where it was to go on with another's state, and that failed. */
  | { readonly kind: 'unloaded'; readonly key: number; readonly error: PackedFailure; readonly step?: HandOverStep }
  /** The guest is about to run for this subject, for at most `budgetMs`. */
  | { readonly kind: 'enter'; readonly subject: Subject; readonly id: number; readonly budgetMs: number }
  /** The guest runs no more. */
  | { readonly kind: 'leave' }
  | Replied
  | Op
  /** What a call has read of the world. Right before its reply, or its failure. */
  | { readonly kind: 'tape'; readonly call: number; readonly tape: Tape }
  | { readonly kind: 'failed'; readonly call: number; readonly cost: Cost; readonly error: PackedFailure }
  /** What a call went on with after its reply is over. */
  | { readonly kind: 'settled'; readonly call: number; readonly cost: Cost; readonly stopped?: PackedFailure }
  | Logged
  | Used;

/** What the process has used, and for whom. All but `cpuUs` and what memory tells since the last such frame. */
export interface Used {
  readonly kind: 'used';
  /** Of the process with all its threads, since it began. */
  readonly cpuUs: number;
  /** Of the one thread on which guests run. */
  readonly threadUs: number;
  readonly guests: readonly GuestTime[];
  /** Of those that are too many to be told one by one. */
  readonly othersUs: number;
  /** Resident bytes of releases' sandboxes, of those where they have changed. */
  readonly memory: readonly (readonly [key: number, bytes: number])[];
  /** What the process held before it had any sandbox; 0 where memory is not told. */
  readonly bareBytes: number;
  /** Calls that are not over, with what they have cost up to now. */
  readonly open: readonly OpenCost[];
}

/** `id`: a release's key; a probe's number below 0. */
export type GuestTime = readonly [id: number, cpuUs: number];
export type OpenCost = readonly [call: number, initUs: number, initCpuUs: number, cpuUs: number, steps: number, memoryBytes: number];
/** So many of each are told in one such frame; of the others with the next ones, or together. */
export const mostUsed = Object.freeze({ guests: 4_096, memory: 4_096, open: 256 });

/** What a hand-over fails in: the callbacks of the old release, or the modules of the new one. */
export type HandOverStep = 'dispose' | 'evaluate';

/** On whose behalf the guest runs: a call by its number, a probe by its number, a release's start or what another hands over to it by its key. */
export const subjects = ['call', 'probe', 'load', 'handover'] as const;
export type Subject = (typeof subjects)[number];

export interface Replied {
  readonly kind: 'replied';
  readonly call: number;
  readonly cost: Cost;
  /** Whether the call goes on after its reply (`ctx.waitUntil`); then `settled` follows. */
  readonly open: boolean;
  /** Whether the body follows: `reply.write`, then `reply.end` or `reply.error`. */
  readonly streamed: boolean;
  /** `status\nstatusText\nname\nvalue…` */
  readonly head: string;
  /** JSON of the outcome where the interface is none of HTTP. */
  readonly body: Buffer;
}

/** A line of a console. Its text stays bytes: most lines of a flood are dropped before anybody reads them. */
export interface Logged {
  readonly kind: 'log';
  readonly call: number;
  /** The release's key. */
  readonly key: number;
  readonly level: number;
  /** Whether what the call says from here on is dropped. */
  readonly last: boolean;
  /** UTF-8. */
  readonly text: Buffer;
}

/** The guest asks for something that only the host can do. */
export interface Op {
  readonly kind: 'op';
  readonly call: number;
  /** To be named in the answer; 0 where none is wanted. */
  readonly op: number;
  readonly name: string;
  readonly json: string;
  readonly bytes: Buffer | undefined;
}

/** What a call has cost up to now. */
export interface Cost {
  /** How long it waited for its sandbox. */
  readonly initUs: number;
  /** CPU time of evaluating modules that no call before it was charged for. */
  readonly initCpuUs: number;
  /** Its own. */
  readonly cpuUs: number;
  readonly steps: number;
  readonly memoryBytes: number;
}

export const noCost: Cost = Object.freeze({ initUs: 0, initCpuUs: 0, cpuUs: 0, steps: 0, memoryBytes: 0 });

/** A failure, with the guard's site or the guest's stack, which the host explains by the release's maps. */
export interface PackedFailure extends PackedError {
  readonly site?: number;
  readonly stack?: string;
}

/** When an executor drops sandboxes that nothing runs in. */
export interface Eviction {
  readonly afterMs: number;
  /** The resident memory of the process above which those idle longest go first. */
  readonly aboveBytes: number;
}

/** A snapshot over the sender's prelude in base64; `null` where none can stand for the release. */
export type WiredSnapshot = string | null;
