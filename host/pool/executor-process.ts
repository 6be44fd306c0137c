/** One executor seen from the host: its process, its state, what it holds and what it is doing. It decides nothing. */

import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Stay } from '../../guards/watchdog.ts';
import type { PreludeModules } from '../../loader/build.ts';
import type { Interface } from '../../loader/interface.ts';
import { deathSignal, idleClass } from '../../loader/machine-tools.ts';
import { niceness, stepBack } from '../../loader/niceness.ts';
import { nodeStackFlag } from '../../loader/sandbox/engine.ts';
import type { Tape } from '../../loader/sandbox/world.ts';
import { FrameReader } from '../executor/frames.ts';
import { type Calls, type Eviction, type FromExecutor, frameDescriptor, type Subject, type ToExecutor } from '../executor/wire.ts';
import { Backlog, type Weight } from './backlog.ts';
import { Handed } from './handed.ts';

export type ExecutorState = 'starting' | 'ready' | 'closed';

/**
 * Whether it goes on being one of its lane's. `leaving`: it gets no more releases, while those that it alone holds are brought
 * to others. `retired`: it gets nothing new, and ends when what it has is over.
 */
export type ExecutorStage = 'staying' | 'leaving' | 'retired';

/** It has too much memory, or fewer are needed. */
export type RetiredFor = 'memory' | 'fewer';

/** What an executor process says; every call names the process itself, since it may have been replaced meanwhile. */
export interface ExecutorEvents {
  frame(executor: ExecutorProcess, frame: Exclude<FromExecutor, { kind: 'ready' | 'leave' }>): void;
  ready(executor: ExecutorProcess): void;
  /** A stay in the guest is over. */
  left(): void;
  exit(executor: ExecutorProcess, reason: Exit): void;
  /** Text that the process wrote to its standard output or error: only a fault makes it do so. */
  output(executor: ExecutorProcess, text: string): void;
}

/** How a process ended. */
export interface Exit {
  /** A signal's name, or `code 1`. */
  readonly reason: string;
  /** Whether it broke by itself: by a fault in its own code, by a limit of its own runtime, or by what it has sent. */
  readonly crashed: boolean;
}

/** Signals by which a process ends itself, and the kernel a process that has done what it must not. */
const faults: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGSYS', 'SIGTRAP']);

/** The guest's present stay, as the executor announced it. */
export interface RunningStay extends Stay {
  readonly subject: Subject;
  readonly id: number;
}

/** What makes the process locked down. @param program the one file that it may read, until it runs */
export const flags = (program: string): string[] => [
  '--permission',
  `--allow-fs-read=${program}`,
  nodeStackFlag,
  '--disallow-code-generation-from-strings',
  '--no-addons',
  // Permissions say nothing of these: a database is any file, and it is written by SQLite itself.
  '--no-experimental-sqlite',
  '--no-experimental-ffi',
  '--no-experimental-websocket',
  '--no-experimental-webstorage',
  // Among V8's flags are such as write files. Who sets one ends the process.
  '--freeze-flags-after-init',
  '--disable-sigusr1',
  // What V8 would note for inlining in each instance takes 40 KB of it, and makes each call touch more memory.
  '--no-wasm-inlining',
  // For the one collection before it takes calls.
  '--expose-gc',
  // Calls leave garbage and nothing else: in a small space it stays in the processor's caches, and takes 30 MB less.
  '--max-semi-space-size=4',
  '--disable-warning=ExperimentalWarning',
];

const longStayMs = 1;
/** A stay of a release that nobody has seen yet may be of any length; after so long it is taken for a long one. */
const doubtMs = 2;

/** The longest frame: the largest reply that a manifest may ask for, and its head. */
const maxFrameBytes = 64 * 1_048_576;

/** What executors are started with. */
export interface ExecutorStart {
  /** The file with an executor's code. */
  readonly program: string;
  /** The engine's WASM module. */
  readonly engine: Uint8Array;
  readonly modules: PreludeModules;
  readonly eviction: Eviction;
}

export class ExecutorProcess {
  readonly number: number;
  /** Whether it is for one quarantined release alone. */
  readonly apart: boolean;
  /** When its process was started. */
  readonly startedAt = performance.now();
  /** Keys of the releases that were sent to it. */
  readonly releases = new Set<number>();
  readonly backlog = new Backlog();
  /** What else it was given. */
  readonly handed = new Handed();
  /** What the watchdog killed it for, where it is known. */
  guilty: RunningStay | undefined;
  /** What CPU time that stay had, as far as the system tells. */
  guiltyCpuMs: number | undefined;
  /** Calls that it has, begun or not. */
  calls = 0;
  /** Of what runs in it, where anything does. */
  runningWeight: Weight = 'light';
  /** What that was expected to take. */
  runningUs = 0;
  /** Probes and loads that it has been asked for and has not answered. */
  asked = 0;
  /** Calls that it was told to give up before it had begun them, since it last said something: it says so of each. */
  givenUp = 0;
  /** Names the prelude that it has evaluated. */
  base = '';
  readonly #child: ChildProcess;
  readonly #events: ExecutorEvents;
  #state: ExecutorState = 'starting';
  #wasReady = false;
  #running: RunningStay | undefined;
  #condemned = false;
  /** Whether it has sent what it cannot have to send. */
  #broken = false;
  #stage: ExecutorStage = 'staying';
  #retiredFor: RetiredFor | undefined;
  #stepped = false;
  /** The stay that seemed long when it was first looked at. */
  #doubted: { readonly stay: RunningStay; readonly at: number } | undefined;
  /** When it was first told something that it owes an answer to after it last said something. */
  #toldAt: number | undefined;
  #outbox: ToExecutor[] = [];
  #calls: Calls | undefined;
  #flushing = false;

  constructor(number: number, { program, ...first }: ExecutorStart, events: ExecutorEvents, apart = false) {
    this.number = number;
    this.apart = apart;
    this.#events = events;
    const command = deathSignal.before({ execPath: process.execPath, execArgv: flags(program) });
    this.#child = fork(program, [], {
      ...(apart ? idleClass.before(command) : command),
      // Nothing of the host's environment: it may hold the operator's secrets.
      env: {},
      cwd: dirname(program),
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    const reader = new FrameReader((frame) => this.#receive(frame), maxFrameBytes);
    const frames = this.#child.stdio[frameDescriptor] as Socket;
    frames.on('data', (chunk: Buffer) => {
      // Nothing that follows is to be believed either, and what it wrote may go on coming for a while.
      if (this.#broken) return;
      this.#toldAt = undefined;
      this.givenUp = 0;
      try {
        reader.push(chunk);
      } catch (error) {
        this.#broken = true;
        this.#events.output(this, `protocol error: ${String(error)}`);
        this.kill();
      }
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#events.output(this, text.slice(0, 2_000)));
    }
    this.#child.on('error', (error) => this.#events.output(this, String(error)));
    // `close` and not `exit`: what it wrote before it died is to be read first.
    this.#child.once('close', (code, signal) => {
      this.#state = 'closed';
      const crashed = this.#broken || (signal === null ? code !== 0 : faults.has(signal));
      this.#events.exit(this, { reason: signal ?? `code ${code}`, crashed });
    });
    if (apart) {
      this.#stepped = true;
      stepBack(this.pid, niceness.apart);
    }
    this.send({ kind: 'prelude', ...first });
  }

  /** It is given costly calls: the machine is to run all others first, for good. */
  stepBack(): void {
    if (this.#stepped) return;
    this.#stepped = true;
    stepBack(this.pid, niceness.costly);
  }

  get stepped(): boolean {
    return this.#stepped;
  }

  /** Whether a call of this weight runs in it, or waits there. */
  holds(weight: Weight): boolean {
    return this.backlog.count(weight) > 0 || (this.#running !== undefined && this.runningWeight === weight);
  }

  /** Whether a stay of unknown length has been going on for so long that it may be a costly one. */
  isDoubtful(now: number): boolean {
    return this.#running !== undefined && this.runningWeight === 'unknown' && now - this.#running.enteredAt > doubtMs;
  }

  /** Whether a costly call runs in it that is expected to be over so soon, with none behind it. */
  mayFollow(now: number, withinUs: number): boolean {
    if (!this.usable || this.backlog.size > 0 || this.#running === undefined) return false;
    return this.runningWeight === 'costly' && this.runningUs <= withinUs && !this.isHeldUp(now, withinUs / 1_000);
  }

  get state(): ExecutorState {
    return this.#state;
  }

  get starting(): boolean {
    return this.#state === 'starting';
  }

  /** Whether it ever came up. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The stay in which the guest is now, if it is in one. */
  get running(): RunningStay | undefined {
    return this.#running;
  }

  /** Messages of one turn of the event loop leave together, in their order. */
  send(message: Exclude<ToExecutor, { kind: 'calls' }>): void {
    this.#calls = undefined;
    this.#outbox.push(message);
    this.#schedule();
  }

  sendCall(
    id: number,
    key: number,
    name: Interface,
    wallMs: number,
    head: string,
    body: Uint8Array | null | undefined,
    tape: Tape | true | undefined,
  ): void {
    let calls = this.#calls;
    if (calls === undefined) {
      calls = { kind: 'calls', ids: [], keys: [], interfaces: [], wallMs: [], heads: [], bodies: [], tapes: undefined };
      this.#calls = calls;
      this.#outbox.push(calls);
      this.#schedule();
    }
    if (tape !== undefined) {
      calls.tapes ??= new Map();
      calls.tapes.set(calls.ids.length, tape);
    }
    calls.ids.push(id);
    calls.keys.push(key);
    calls.interfaces.push(name);
    calls.wallMs.push(wallMs);
    calls.heads.push(head);
    calls.bodies.push(body);
  }

  /** Not when it is to end, or the watchdog has killed it and its end is not told yet. */
  get usable(): boolean {
    return this.works && this.#stage !== 'retired';
  }

  /** Whether what it has may go on in it. */
  get works(): boolean {
    return this.#state === 'ready' && !this.#condemned && !this.#broken;
  }

  /** Whether it has the release, as far as the host knows. */
  hasRelease(key: number): boolean {
    return this.releases.has(key);
  }

  /** Whether it has, or had, the release, and may tell of it. */
  knowsRelease(key: number): boolean {
    return this.releases.has(key) || this.handed.hasLetGo(key);
  }

  get stage(): ExecutorStage {
    return this.#stage;
  }

  /** Its releases are to be brought to others. */
  leave(): void {
    this.#stage = 'leaving';
  }

  /** It gets nothing new: what it has may end. */
  retire(cause: RetiredFor): void {
    this.#stage = 'retired';
    this.#retiredFor = cause;
  }

  get retiredFor(): RetiredFor | undefined {
    return this.#retiredFor;
  }

  /** It is needed after all. */
  stay(): void {
    this.#stage = 'staying';
    this.#retiredFor = undefined;
  }

  /** Whether nothing runs or waits in it. */
  get idle(): boolean {
    return this.usable && this.#running === undefined && this.backlog.size === 0;
  }

  get condemned(): boolean {
    return this.#condemned;
  }

  /** Kills it, for the fault of what ran in it where that is known. */
  condemn(guilty?: RunningStay, cpuMs?: number): void {
    this.#condemned = true;
    this.guilty = guilty;
    this.guiltyCpuMs = cpuMs;
    this.kill();
  }

  /** For how long it has owed an answer and said nothing at all: a stopped process is like that. */
  silentMs(now: number): number {
    return this.#owes && this.#toldAt !== undefined ? now - this.#toldAt : 0;
  }

  get #owes(): boolean {
    return this.backlog.size > 0 || this.asked > 0 || this.givenUp > 0;
  }

  /** Whether its guest has been running for so long that it may run for much longer: nothing is to wait behind it. */
  isStuck(now: number): boolean {
    return this.#running !== undefined && now - this.#running.enteredAt > longStayMs;
  }

  /**
   * Whether its guest has been running for so long. Looked at twice, with frames read in between: where the host itself was
   * held up, the stay may have been over long ago.
   */
  isHeldUp(now: number, mostMs: number): boolean {
    const running = this.#running;
    if (running === undefined) return false;
    if (this.#doubted?.stay !== running) {
      this.#doubted = { stay: running, at: now };
      return false;
    }
    return now - this.#doubted.at > mostMs;
  }

  /** Whether a call may be given to it. */
  get open(): boolean {
    return this.usable && this.backlog.hasRoom && this.handed.hasRoom && !this.isStuck(performance.now());
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      // What wants no answer is answered by nothing, and would seem owed for as long as that when something else is.
      if (this.#owes) this.#toldAt ??= performance.now();
      const batch = this.#outbox;
      this.#outbox = [];
      this.#calls = undefined;
      // Calls sent to a process that has just died are given back when its end is told.
      if (this.#child.connected) this.#child.send(batch, () => {});
    });
  }

  /** @throws Error on what does not follow from what it has told before */
  #receive(frame: FromExecutor): void {
    switch (frame.kind) {
      case 'ready':
        if (this.#state !== 'starting') throw new Error('an executor was ready again');
        this.#state = 'ready';
        this.base = frame.base;
        this.#wasReady = true;
        this.#events.ready(this);
        return;
      case 'leave':
        if (this.#running === undefined) throw new Error('an executor left a guest in which it was not');
        this.#running = undefined;
        this.#events.left();
        return;
      case 'enter':
        // Who could enter anew would be in no stay for long, and the watchdog would never see it hang.
        if (this.#running !== undefined) throw new Error('an executor entered a guest while it was in another');
        this.#events.frame(this, frame);
        this.#running = { subject: frame.subject, id: frame.id, enteredAt: performance.now(), budgetMs: frame.budgetMs };
        return;
      default:
        this.#events.frame(this, frame);
    }
  }
}
