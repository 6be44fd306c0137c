/** MessageChannel, MessagePort and MessageEvent: ports that clone what they carry, within one sandbox. */

import { DOMException } from './dom-exception.ts';
import { Event, type EventInit } from './event.ts';
import { dispatchTrusted, EventTarget, fireTrusted } from './event-target.ts';
import { freeze, promiseResolve, promiseThen, push, splice } from './primordials.ts';
import { addTransferable, cloneAndMove } from './structured-clone.ts';
import { asInterface, illegalConstructor, internal, requireArguments, toDictionary, toText, toUsv } from './webidl.ts';

interface MessageEventInit extends EventInit {
  data?: unknown;
  origin?: string;
  lastEventId?: string;
  source?: MessagePort | null;
  ports?: Iterable<MessagePort>;
}

let isPort: (value: unknown) => value is MessagePort;

export class MessageEvent extends Event {
  #data: unknown;
  #origin: string;
  #lastEventId: string;
  #source: MessagePort | null;
  #ports: readonly MessagePort[];

  constructor(type: string, eventInitDict?: MessageEventInit, key?: symbol) {
    requireArguments(arguments.length, 1, 'MessageEvent');
    super(type, eventInitDict, key);
    const init = toDictionary(eventInitDict, 'The init of an event');
    this.#data = init?.data === undefined ? null : init.data;
    this.#lastEventId = init?.lastEventId === undefined ? '' : toText(init.lastEventId);
    this.#origin = init?.origin === undefined ? '' : toUsv(init.origin);
    this.#ports = portsOf(init?.ports);
    this.#source = sourceOf(init?.source);
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }

  get lastEventId(): string {
    return this.#lastEventId;
  }

  get source(): MessagePort | null {
    return this.#source;
  }

  get ports(): readonly MessagePort[] {
    return this.#ports;
  }

  initMessageEvent(
    type: string,
    bubbles = false,
    cancelable = false,
    data: unknown = null,
    origin = '',
    lastEventId = '',
    source: MessagePort | null = null,
    ports: Iterable<MessagePort> = [],
  ): void {
    requireArguments(arguments.length, 1, 'MessageEvent.initMessageEvent');
    // An event that is being dispatched stays as it is.
    if (this.eventPhase !== 0) return;
    this.initEvent(type, bubbles, cancelable);
    this.#data = data;
    this.#origin = toUsv(origin);
    this.#lastEventId = toText(lastEventId);
    this.#source = sourceOf(source);
    this.#ports = portsOf(ports);
  }
}

function portsOf(given: Iterable<MessagePort> | undefined): readonly MessagePort[] {
  const ports: MessagePort[] = [];
  if (given !== undefined) {
    for (const port of given) {
      if (!isPort(port)) throw new TypeError('The ports of a message must be MessagePorts');
      push(ports, port);
    }
  }
  return freeze(ports);
}

function sourceOf(source: unknown): MessagePort | null {
  if (source === undefined || source === null) return null;
  if (!isPort(source)) throw new TypeError('The source of a message must be a MessagePort');
  return source;
}

interface Message {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}

type Handler = ((this: MessagePort, event: Event) => unknown) | null;
const handled = ['message', 'messageerror', 'close'] as const;

let join: (one: MessagePort, other: MessagePort) => void;

export class MessagePort extends EventTarget {
  #peer: MessagePort | undefined;
  #queue: Message[] = [];
  #started = false;
  #scheduled = false;
  /** Transferred: it is a shell, and its successor has what it had. */
  #gone = false;
  readonly #handlers: Handler[] = [null, null, null];
  readonly #listens: boolean[] = [];

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
    super();
  }

  postMessage(message: unknown, options?: Iterable<object> | { transfer?: Iterable<object> }): void {
    requireArguments(arguments.length, 1, 'MessagePort.postMessage');
    const given = toDictionary(options, 'The options of postMessage');
    const iterable = given !== undefined && (given as Iterable<object>)[Symbol.iterator] !== undefined;
    const list = iterable ? (given as Iterable<object>) : (given as { transfer?: Iterable<object> } | undefined)?.transfer;
    const transfer = list === undefined ? [] : [...list];
    const peer = this.#peer;
    for (let index = 0; index < transfer.length; index += 1) {
      if (transfer[index] === this) throw new DOMException('A port cannot be sent through itself', 'DataCloneError');
    }
    const { copy, moved } = cloneAndMove(message, transfer);
    const ports: MessagePort[] = [];
    for (let index = 0; index < moved.length; index += 1) if (isPort(moved[index])) push(ports, moved[index] as MessagePort);
    if (peer === undefined) return;
    push(peer.#queue, { data: copy, ports: freeze(ports) });
    peer.#schedule();
  }

  start(): void {
    this.#started = true;
    this.#schedule();
  }

  close(): void {
    const peer = this.#peer;
    this.#peer = undefined;
    if (peer === undefined) return;
    peer.#peer = undefined;
    promiseThen(promiseResolve(undefined), () => fireTrusted(peer, 'close'));
  }

  /** One message a microtask: a timer would end with the call that set it, and the port may outlive that. */
  #schedule(): void {
    if (!this.#started || this.#scheduled || this.#gone || this.#queue.length === 0) return;
    this.#scheduled = true;
    promiseThen(promiseResolve(undefined), () => {
      this.#scheduled = false;
      const [message] = splice(this.#queue, 0, 1);
      if (message === undefined || this.#gone) return;
      dispatchTrusted(this, new MessageEvent('message', message, internal));
      this.#schedule();
    });
  }

  #handle(index: number, handler: unknown): void {
    this.#handlers[index] =
      typeof handler === 'function' || (typeof handler === 'object' && handler !== null) ? (handler as Handler) : null;
    if (this.#listens[index] || this.#handlers[index] === null) return;
    this.#listens[index] = true;
    super.addEventListener(handled[index] as string, (event) => {
      const act = this.#handlers[index];
      if (typeof act === 'function') act.call(this, event);
    });
  }

  get onmessage(): Handler {
    return this.#handlers[0] as Handler;
  }

  set onmessage(handler: Handler) {
    this.#handle(0, handler);
    this.start();
  }

  get onmessageerror(): Handler {
    return this.#handlers[1] as Handler;
  }

  set onmessageerror(handler: Handler) {
    this.#handle(1, handler);
  }

  get onclose(): Handler {
    return this.#handlers[2] as Handler;
  }

  set onclose(handler: Handler) {
    this.#handle(2, handler);
  }

  static {
    isPort = (value): value is MessagePort => typeof value === 'object' && value !== null && #peer in value;
    join = (one, other) => {
      one.#peer = other;
      other.#peer = one;
    };
    addTransferable({
      is: isPort,
      isGone: (port) => (port as MessagePort).#gone,
      successor: () => new MessagePort(internal),
      move: (given, to) => {
        const port = given as MessagePort;
        const successor = to as MessagePort;
        if (port.#peer !== undefined) join(successor, port.#peer);
        successor.#queue = port.#queue;
        port.#queue = [];
        port.#peer = undefined;
        port.#gone = true;
      },
    });
  }
}

export class MessageChannel {
  readonly #port1 = new MessagePort(internal);
  readonly #port2 = new MessagePort(internal);

  constructor() {
    join(this.#port1, this.#port2);
  }

  get port1(): MessagePort {
    return this.#port1;
  }

  get port2(): MessagePort {
    return this.#port2;
  }
}

asInterface(MessageEvent, 'MessageEvent', 1, { initMessageEvent: 1 });
asInterface(MessagePort, 'MessagePort', 0, { postMessage: 1 });
asInterface(MessageChannel, 'MessageChannel', 0);
