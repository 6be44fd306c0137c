/**
 * What an executor does with calls: starts them in the order in which the host gave them, says before every stay in the
 * guest on whose behalf it enters, and tells the host how each ends.
 */

import { packError } from '../../guards/errors.ts';
import type { Sandbox } from '../../loader/sandbox/sandbox.ts';
import type { Utf8 } from '../../loader/sandbox/sandbox-events.ts';
import type { Stay } from '../../loader/sandbox/stay.ts';
import { CallTable } from '../call-table.ts';
import type { FrameWriter } from './frames.ts';
import { GuestTimes } from './guest-times.ts';
import { gateLine } from './line-gate.ts';
import type { Replay } from './replay.ts';
import { type Item, RunningCall } from './running-call.ts';
import type { Slot } from './slot.ts';
import { Slots } from './slots.ts';
import {
  type Answer,
  type Calls,
  mostHeadBytes,
  mostLineLength,
  mostUsed,
  noCost,
  type OpenCost,
  type PackedFailure,
  type ToExecutor,
} from './wire.ts';

/** How long a call may go on after its reply (`ctx.waitUntil`). */
const openMs = 30_000;
/** Calls are started back to back for this long before timers and messages get their turn. */
const turnMs = 5;
/** What operations may leave for the end of their stay. */
const mostWaitingBytes = 262_144;

const late: PackedFailure = { code: 'deadline_exceeded', details: { detail: 'The call took longer than its deadline' } };
const overdrawn: PackedFailure = { code: 'cpu_exceeded', details: { detail: 'The call used more CPU than its limit' } };

const brokenBy = (what: string): PackedFailure => ({
  code: 'executor_lost',
  details: { detail: `${what} the sandbox in which this one waited` },
});

export class Runner {
  readonly #frames: FrameWriter;
  readonly #slots: Slots;
  readonly #times = new GuestTimes();
  readonly #calls = new CallTable<RunningCall>();
  /** Calls that wait for their release's sandbox, by its key. */
  readonly #waiting = new Map<number, Item[]>();
  #queue: Item[] = [];
  #turning = false;
  /** Calls that replied, failed or settled in the present stay. */
  #touched: RunningCall[] = [];

  constructor(frames: FrameWriter) {
    this.#frames = frames;
    this.#slots = new Slots(
      frames,
      this.#times,
      {
        reply: (call, left, waiting, head, body) => this.#onReply(call, left, waiting, head, body),
        fail: (call, left, message, stack) => this.#onFail(call, left, message, stack),
        settled: (call, left) => this.#onSettled(call, left),
        keep: (call, listens) => this.#onKeep(call, listens),
        log: (call, level, text) => this.#onLog(call, level, text),
        due: (call, timer) => this.#onDue(call, timer),
        op: (call, id, name, json, bytes) => this.#onOp(call, id, name, json, bytes),
      },
      {
        started: (slot, initUs) => this.#onStarted(slot, initUs),
        failed: (key, error) => this.#onStartFailed(key, error),
        asked: (sandbox) => this.#onAsked(sandbox),
      },
    );
  }

  /** @throws Error on a message that the host does not send */
  receive(message: ToExecutor): void {
    switch (message.kind) {
      case 'prelude':
        this.#slots.prepare(message.engine, message.modules, message.eviction);
        break;
      case 'probe':
        void this.#slots.probe(message.id, message.source);
        break;
      case 'load':
        this.#slots.load(message);
        break;
      case 'unload':
        // The host waits for its calls before it unloads a release, unless it cannot read it.
        this.#onStartFailed(message.key, packError(new Error('the release cannot be loaded')));
        this.#slots.unload(message.key);
        break;
      case 'calls':
        this.#accept(message);
        break;
      case 'cancel':
        this.#cancel(message.id);
        break;
      case 'answer':
        this.#answer(message);
        break;
      case 'account':
        this.#account(true);
        this.#frames.flush();
        break;
      default:
        throw new Error(`an unknown message: ${JSON.stringify(message satisfies never)}`);
    }
  }

  #accept(calls: Calls): void {
    const now = performance.now();
    for (let i = 0; i < calls.ids.length; i += 1) {
      this.#queue.push({
        id: calls.ids[i] as number,
        key: calls.keys[i] as number,
        interface: calls.interfaces[i] as Item['interface'],
        wallAt: now + (calls.wallMs[i] as number),
        head: calls.heads[i] as string,
        body: calls.bodies[i],
        tape: calls.tapes?.get(i),
        initUs: 0,
      });
    }
    this.#turn();
  }

  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    const until = performance.now() + turnMs;
    let next = 0;
    while (next < this.#queue.length) {
      this.#begin(this.#queue[next] as Item);
      next += 1;
      if (performance.now() > until) break;
    }
    this.#queue = next === this.#queue.length ? [] : this.#queue.slice(next);
    this.#frames.flush();
    this.#turning = false;
    if (this.#queue.length > 0) setImmediate(() => this.#turn());
  }

  #begin(item: Item): void {
    const entered = this.#slots.enter(item.key);
    if (entered === undefined) {
      const waiting = this.#waiting.get(item.key);
      if (waiting === undefined) this.#waiting.set(item.key, [item]);
      else waiting.push(item);
      return;
    }
    const call = new RunningCall(item, entered.slot, entered.sandbox, this.#slots.takeUncharged(item.key));
    this.#calls.set(call.id, call);
    this.#enter(call);
    this.#after(call, call.sandbox.start(call, item.head, item.body, item.interface));
  }

  #refuse(item: Item, error: PackedFailure, initCpuUs = 0): void {
    this.#frames.json({ kind: 'failed', call: item.id, cost: initCpuUs === 0 ? noCost : { ...noCost, initCpuUs }, error });
  }

  #onStarted(slot: Slot, initUs: number): void {
    for (const item of this.#takeWaiting(slot.key)) {
      item.initUs = initUs;
      this.#queue.push(item);
    }
    this.#turn();
  }

  #onStartFailed(key: number, error: PackedFailure): void {
    // The first of them is charged for what was evaluated in vain.
    for (const item of this.#takeWaiting(key)) this.#refuse(item, error, this.#slots.takeUncharged(key));
    this.#frames.flush();
  }

  #takeWaiting(key: number): Item[] {
    const items = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    return items;
  }

  /** The frames of the stay before leave the process together with this one, so that one write a call is enough. */
  #enter(call: RunningCall): void {
    const now = performance.now();
    if (this.#times.isDue(now)) this.#account(false);
    this.#frames.enter('call', call.id, Math.min(call.cpuLeftMs, call.wallAt - now));
    this.#frames.flush();
  }

  /** Tells what the process has used. @param whole with the memory of its sandboxes, each of which is looked at */
  #account(whole: boolean): void {
    const open: OpenCost[] = [];
    const out = new Map<number, number>();
    for (const call of this.#calls.values()) {
      if (open.length >= mostUsed.open) break;
      const { initUs, initCpuUs, cpuUs, steps, memoryBytes } = call.cost;
      open.push([call.id, initUs, initCpuUs, cpuUs, steps, memoryBytes]);
      const { key, isolation } = call.slot;
      if (isolation === 'request') out.set(key, (out.get(key) ?? 0) + call.sandbox.residentBytes);
    }
    const memory = whole ? this.#slots.memory(out) : { memory: [], bareBytes: 0 };
    this.#frames.json({ kind: 'used', ...this.#times.take(), ...memory, open });
  }

  #onDue(id: number, timer: number): void {
    const call = this.#calls.get(id);
    if (call !== undefined) this.#fire(call, timer);
  }

  #fire(call: RunningCall, timer: number): void {
    call.woken('timer', timer);
    this.#enter(call);
    this.#after(call, call.sandbox.fire(call, timer));
    this.#frames.flush();
  }

  #answer(answer: Answer): void {
    const call = this.#calls.get(answer.call);
    if (call === undefined || !call.sandbox.isPending(answer.op)) return;
    if (call.replay === undefined) this.#resume(call, answer);
    else {
      call.replay.answered(answer);
      this.#advance(call, call.replay);
    }
  }

  #resume(call: RunningCall, { op, ok, json, bytes }: Answer): void {
    call.woken('answer', op);
    call.unpause(op, performance.now());
    this.#enter(call);
    this.#after(call, call.sandbox.resume(call, op, ok, json, bytes));
    this.#frames.flush();
  }

  /** The call is run again, and waits: what woke it the first time wakes it now. */
  #advance(call: RunningCall, replay: Replay): void {
    if (call.phase === 'finished') return;
    const turn = replay.next(call);
    if (turn === undefined) return;
    if (turn === 'gone') this.#cancel(call.id);
    else if (turn === 'deadline') this.#end(call, late);
    else if ('timer' in turn) this.#fire(call, turn.timer);
    else this.#resume(call, turn.answer);
    this.#frames.flush();
  }

  /** Tells the host what the stay has brought, for the call itself and for others that it woke. */
  #after(call: RunningCall, stay: Stay): void {
    call.cpuUs += stay.cpuUs;
    this.#times.add(call.slot.account, stay);
    this.#tellTouched(call, stay.stopped !== undefined);
    if (stay.left !== undefined && call.phase === 'running') call.burnt(stay.left);
    if (stay.stopped !== undefined) this.#trip(call, stay.stopped);
    // Native code that came back by itself was never polled. What has its answer keeps it; nothing goes on.
    else if (call.phase !== 'finished' && call.cpuLeftMs <= 0) this.#end(call, overdrawn);
    else if (call.phase !== 'finished') this.#park(call);
    this.#frames.leave();
    const { replay } = call;
    // Not from within: turn would stand on turn.
    if (replay !== undefined && call.phase !== 'finished') setImmediate(() => this.#advance(call, replay));
  }

  /** A sandbox was entered on no call's account. */
  #onAsked(sandbox: Sandbox): void {
    this.#tellTouched();
    if (!sandbox.spent) return;
    for (const one of this.#callsIn({ sandbox })) this.#end(one, brokenBy('The plugin broke, when it was replaced,'));
  }

  /** @param call whose stay it was, if it was one's; @param isStopped whether a guard has ended that */
  #tellTouched(call?: RunningCall, isStopped = false): void {
    const touched = this.#touched;
    this.#touched = [];
    for (const one of touched) {
      if (one === call && isStopped) this.#takeBack(one);
      this.#tell(one);
      // One that this stay has woken may go on after its reply, and then has a deadline of its own.
      if (one !== call && one.phase !== 'finished') this.#armDeadline(one);
    }
  }

  /**
   * A guard stopped the stay in which the call answered or failed. What it does after its reply counts against it, too,
   * and what the guest said of its stop is not the plugin's own error.
   */
  #takeBack(call: RunningCall): void {
    call.failure = undefined;
    call.settled = false;
    if (call.patchAt === undefined) return;
    this.#frames.withdraw(call.patchAt);
    call.patchAt = undefined;
    call.phase = 'running';
    call.streaming = false;
  }

  #tell(call: RunningCall): void {
    if (call.patchAt !== undefined) {
      this.#frames.patch(call.patchAt, call.cost);
      call.patchAt = undefined;
      if (call.phase === 'finished') this.#drop(call);
    } else if (call.phase === 'finished') return;
    if (call.failure !== undefined) {
      this.#tellTape(call);
      this.#frames.json({ kind: 'failed', call: call.id, cost: call.cost, error: call.failure });
      this.#drop(call);
    } else if (call.excess !== undefined) {
      this.#end(call, call.excess);
    } else if (call.settled) {
      this.#frames.json({ kind: 'settled', call: call.id, cost: call.cost });
      this.#drop(call);
    }
  }

  /** A guard stopped the guest: the call ends by its code, and its sandbox with it. */
  #trip(call: RunningCall, stopped: NonNullable<Stay['stopped']>): void {
    const { detail, ...where } = stopped;
    this.#end(call, { ...where, details: { detail } });
    for (const other of this.#callsIn(call)) this.#end(other, brokenBy('Another call of the plugin broke'));
  }

  /**
   * The call waits for a timer or for the host. One that can never answer is ended at once; a stream may wait for another
   * call, or for its client to go.
   */
  #park(call: RunningCall): void {
    call.fuelLeft = call.sandbox.fuelLeft();
    call.burnt(call.fuelLeft);
    if (call.sandbox.pendingTimers === 0 && call.sandbox.pendingOps === 0) {
      const details = { detail: 'The handler can never answer: its promise is unsettled and nothing is pending' };
      for (const one of this.#callsIn(call)) if (!one.streaming) this.#end(one, { code: 'plugin_error', details });
      if (!call.streaming) return;
    }
    this.#armDeadline(call);
  }

  #armDeadline(call: RunningCall): void {
    if (call.paused) return;
    call.deadline ??= setTimeout(
      () => {
        this.#end(call, late);
        this.#frames.flush();
      },
      Math.max(0, call.wallAt - performance.now()),
    );
  }

  /** The calls that are open in the same sandbox, this one included. */
  #callsIn({ sandbox }: Pick<RunningCall, 'sandbox'>): RunningCall[] {
    return this.#calls.values().filter((one) => one.sandbox === sandbox);
  }

  /** A call that has replied is over; one that has not fails. */
  #end(call: RunningCall, error: PackedFailure): void {
    this.#tellTape(call);
    if (call.phase === 'running') this.#frames.json({ kind: 'failed', call: call.id, cost: call.cost, error });
    else if (call.phase === 'replied') this.#frames.json({ kind: 'settled', call: call.id, cost: call.cost, stopped: error });
    this.#drop(call);
  }

  /** Of what fails, and of what the host has asked for. */
  #tellTape(call: RunningCall): void {
    const { tape } = call;
    if (tape !== undefined && call.phase !== 'finished') this.#frames.json({ kind: 'tape', call: call.id, tape });
  }

  #drop(call: RunningCall): void {
    call.phase = 'finished';
    clearTimeout(call.deadline);
    if (!this.#calls.delete(call.id)) return;
    call.sandbox.forget(call.id, call.listens);
    this.#slots.leave(call.slot, call.sandbox);
  }

  /**
   * Nobody waits for the reply any more; what the call has cost is told all the same. One that has said that it cares
   * hears of it and goes on, and so does one that has replied.
   */
  #cancel(id: number): void {
    const error: PackedFailure = { code: 'bad_request', details: { detail: 'The client has gone' } };
    const call = this.#calls.get(id);
    // A reply may have become a stream after its client had gone.
    if (call !== undefined && (!call.gone || call.streaming)) {
      call.gone = true;
      if (call.listens) {
        call.wokenByClient();
        // Whatever its stream had time for, it is over.
        if (call.streaming) call.restart(Math.min(call.wallAt, performance.now() + openMs));
        this.#enter(call);
        this.#after(call, call.sandbox.gone(call));
      } else if (call.phase === 'running' && !call.kept) this.#end(call, error);
    }
    for (const items of [this.#queue, ...this.#waiting.values()]) {
      const at = items.findIndex((item) => item.id === id);
      if (at < 0) continue;
      this.#refuse(items[at] as Item, error);
      items.splice(at, 1);
    }
    this.#frames.flush();
  }

  // What the guest says, inside its stay.

  #onReply(id: number, left: number, waiting: number, head: Utf8, body: Utf8 | undefined): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.phase !== 'running' || call.failure !== undefined) return;
    call.burnt(left);
    this.#touched.push(call);
    const streamed = body === undefined;
    if (head.end - head.start > mostHeadBytes) {
      call.failure = { code: 'plugin_error', details: { detail: `The reply's headers have more than ${mostHeadBytes} bytes` } };
      return;
    }
    const { responseBytes } = call.slot.limits;
    const length = body === undefined ? 0 : body.end - body.start;
    if (length > responseBytes) {
      const detail = `The reply has ${length} bytes; responseBytes is ${responseBytes}`;
      call.failure = { code: 'response_too_large', details: { detail } };
      return;
    }
    if (call.isNoted) this.#tellTape(call);
    call.patchAt = this.#frames.replied(id, waiting > 0, head, body);
    call.phase = waiting > 0 ? 'replied' : 'finished';
    if (waiting === 0) return;
    // After its reply a call has time of its own for what it still waits for.
    call.restart(performance.now() + (streamed ? call.slot.limits.streamMs : openMs));
    if (!streamed) return;
    call.streaming = true;
    // Its client's leaving cancels the stream.
    call.kept = true;
    call.listens = true;
  }

  #onFail(id: number, left: number, message: string, stack: string): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.phase !== 'running') return;
    call.burnt(left);
    call.failure = { code: 'plugin_error', details: { detail: message }, stack };
    this.#touched.push(call);
  }

  #onSettled(id: number, left: number): void {
    const call = this.#calls.get(id);
    if (call === undefined || call.phase !== 'replied') return;
    call.burnt(left);
    call.settled = true;
    this.#touched.push(call);
  }

  #onOp(id: number, op: number, name: string, json: string, bytes: Uint8Array | undefined): boolean {
    const call = this.#calls.get(id);
    if (call === undefined || call.phase === 'finished' || call.excess !== undefined) return false;
    if (name === 'body.read' && op !== 0 && call.phase === 'running') call.pause(op, performance.now());
    else if (name === 'reply.write' && !this.#mayStream(call, bytes?.byteLength ?? 0)) return false;
    else if (name === 'reply.end' || name === 'reply.error') this.#endStream(call);
    this.#frames.op(id, op, name, json, bytes);
    // A reply that waits for its cost cannot leave yet, and nothing before it.
    if (this.#frames.waiting > mostWaitingBytes && this.#touched.length === 0) this.#frames.flush();
    return true;
  }

  #mayStream(call: RunningCall, bytes: number): boolean {
    call.streamedBytes += bytes;
    const { streamBytes } = call.slot.limits;
    if (call.streamedBytes <= streamBytes) return true;
    call.excess = {
      code: 'response_too_large',
      details: { detail: `The reply's stream has more than ${streamBytes} bytes (streamBytes)` },
    };
    this.#touched.push(call);
    return false;
  }

  /** The call goes on for what it gave to `ctx.waitUntil`, if for anything. */
  #endStream(call: RunningCall): void {
    if (!call.streaming) return;
    call.streaming = false;
    call.restart(performance.now() + openMs);
    this.#touched.push(call);
  }

  #onKeep(id: number, listens: boolean): 'over' | 'there' | 'gone' {
    const call = this.#calls.get(id);
    if (call === undefined || call.phase === 'finished') return 'over';
    call.kept = true;
    if (listens) call.listens = true;
    return call.gone ? 'gone' : 'there';
  }

  #onLog(id: number, level: number, text: string): boolean {
    const call = this.#calls.get(id);
    if (call === undefined) return false;
    const gated = gateLine(call.slot.said, call.logLines, performance.now());
    if (gated === 'dropped') return false;
    const last = gated === 'last';
    call.logLines = last ? Number.POSITIVE_INFINITY : call.logLines + 1;
    this.#frames.log(id, call.slot.key, level, text.slice(0, mostLineLength), last);
    // What a plugin said last must be read when it hangs. A reply that waits for its cost cannot leave yet.
    if (this.#touched.length === 0) this.#frames.flush();
    return !last;
  }
}
