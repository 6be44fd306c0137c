/** A call in the pool: where it is, and what it has cost so far. */

import type { NboxError } from '../../guards/errors.ts';
import type { Tape } from '../../loader/sandbox/world.ts';
import type { Call, Reply, Spent } from '../dispatch/dispatch.ts';
import type { Evidence } from '../dispatch/evidence.ts';
import type { ReplyStream } from '../dispatch/reply-stream.ts';
import type { Cost } from '../executor/wire.ts';
import type { Weight } from './backlog.ts';
import type { CallOps } from './call-ops.ts';
import type { ExecutorProcess } from './executor-process.ts';
import type { Waiting } from './fair-queue.ts';
import type { KnownRelease } from './known-release.ts';

/** `sent`: an executor has it and has not begun it. `replied`: it goes on after its reply. */
export type CallState = 'queued' | 'sent' | 'begun' | 'replied' | 'over';

/** What a try has cost that was lost with its executor. */
export type Before = Pick<Spent, 'initUs' | 'cpuUs' | 'steps' | 'memoryBytes' | 'hostCalls'>;
const nothingBefore: Before = Object.freeze({ initUs: 0, cpuUs: 0, steps: 0, memoryBytes: 0, hostCalls: 0 });

export class PoolCall implements Waiting {
  readonly call: Call;
  /** Its release's: executors' time is shared by releases. */
  readonly account: KnownRelease;
  readonly id: number;
  deadlineAt: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  state: CallState = 'queued';
  executor: ExecutorProcess | undefined;
  /** Of the host's running time: since when it is here. */
  waitsSince = 0;
  /** When its executor was given it. */
  givenAt = 0;
  /** The number of the executor that has begun it; 0 while none has. Where it is started anew, the last one's. */
  begunBy = 0;
  beganAt = 0;
  /** What it was expected to take when an executor was given it. */
  expectedUs = 0;
  weight: Weight = 'unknown';
  /** How often it has been started anew, since its executor was lost. */
  retries = 0;
  rest: ((rest: { spent: Spent; error: NboxError | undefined }) => void) | undefined;
  lastCost: Spent | undefined;
  /** What its executor has told that it has cost up to then. */
  told: Cost | undefined;
  /** What it has cost where it was begun before, in executors that are lost. */
  before: Before = nothingBefore;
  /** Made when its guest first asks for something. */
  ops: CallOps | undefined;
  /** The body of its reply, where that is still being made. */
  stream: ReplyStream | undefined;
  /** What it has read of the world, as its executor has told it. */
  tape: Tape | undefined;
  /** Whether it waits for its client's bytes, so that its deadline stands still. */
  reading = false;

  constructor(call: Call, account: KnownRelease, id: number, resolve: (reply: Reply) => void, reject: (error: Error) => void) {
    this.call = call;
    this.account = account;
    this.id = id;
    this.deadlineAt = call.admittedAt + call.live.limits.deadlineMs;
    this.resolve = resolve;
    this.reject = reject;
  }

  get evidence(): Evidence {
    const notes = this.ops?.notes;
    return { ops: notes?.ops ?? [], tape: this.tape, cut: notes?.cut === true || this.tape?.cut === true };
  }

  /** @param cost what is known where it has ended; else what was told before. The evaluation of modules is CPU time like all other. */
  spent(cost: Cost | undefined = this.told): Spent {
    const waited = this.state === 'queued' || this.state === 'sent' ? performance.now() : this.beganAt;
    return {
      executor: this.begunBy,
      waitUs: Math.round((waited - this.call.admittedAt) * 1_000),
      initUs: this.before.initUs + (cost?.initUs ?? 0),
      cpuUs: this.before.cpuUs + (cost === undefined ? 0 : cost.cpuUs + cost.initCpuUs),
      steps: this.before.steps + (cost?.steps ?? 0),
      memoryBytes: Math.max(this.before.memoryBytes, cost?.memoryBytes ?? 0),
      hostCalls: this.before.hostCalls + (this.ops?.outside ?? 0),
    };
  }
}
