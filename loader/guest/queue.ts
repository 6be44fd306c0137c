/** What a `queue` handler is given, and what becomes of each message: the first thing said of one counts. */

import type { Happening } from './happening.ts';
import { host } from './host.ts';
import { defineProperty, freeze, push } from './primordials.ts';

const NativeDate = Date;
const mostDelaySeconds = 43_200;

interface SentMessage {
  readonly id: string;
  readonly timestamp: number;
  readonly attempts: number;
  readonly body?: unknown;
  /** The body in base64, where it is bytes. */
  readonly bytes?: string;
}

interface Decision {
  readonly outcome: 'ack' | 'retry';
  readonly delaySeconds?: number;
}

interface BatchState {
  all: Decision | undefined;
  readonly each: (Decision | undefined)[];
}

class Message {
  readonly #sent: SentMessage;
  readonly #at: number;
  readonly #batch: BatchState;
  readonly #timestamp: Date;
  readonly #body: unknown;

  constructor(sent: SentMessage, at: number, batch: BatchState) {
    this.#sent = sent;
    this.#at = at;
    this.#batch = batch;
    this.#timestamp = new NativeDate(sent.timestamp);
    this.#body = sent.bytes === undefined ? sent.body : host.decodeBase64(sent.bytes);
  }

  get id(): string {
    return this.#sent.id;
  }

  get timestamp(): Date {
    return this.#timestamp;
  }

  get body(): unknown {
    return this.#body;
  }

  /** How often it has been delivered, this time included. */
  get attempts(): number {
    return this.#sent.attempts;
  }

  ack(): void {
    const { all, each } = this.#batch;
    if (all === undefined) each[this.#at] ??= { outcome: 'ack' };
  }

  /** @throws RangeError on a delay that no queue takes */
  retry(options?: { readonly delaySeconds?: number }): void {
    const decision = retryBy(options);
    const { all, each } = this.#batch;
    if (all?.outcome !== 'ack') each[this.#at] ??= decision;
  }
}
defineProperty(Message.prototype, Symbol.toStringTag, { value: 'Message', configurable: true });

class MessageBatch {
  readonly #queue: string;
  readonly #messages: readonly Message[];
  readonly #state: BatchState;

  constructor(queue: string, messages: readonly Message[], state: BatchState) {
    this.#queue = queue;
    this.#messages = messages;
    this.#state = state;
  }

  get queue(): string {
    return this.#queue;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Takes all messages of which nothing was said for done. */
  ackAll(): void {
    this.#state.all ??= { outcome: 'ack' };
  }

  /** Has all messages of which nothing was said delivered again. @throws RangeError on a delay that no queue takes */
  retryAll(options?: { readonly delaySeconds?: number }): void {
    const decision = retryBy(options);
    this.#state.all ??= decision;
  }
}
defineProperty(MessageBatch.prototype, Symbol.toStringTag, { value: 'MessageBatch', configurable: true });

function retryBy(options: { readonly delaySeconds?: number } | undefined): Decision {
  const given = options?.delaySeconds;
  if (given === undefined) return { outcome: 'retry' };
  const delaySeconds = +given;
  if (!(delaySeconds >= 0 && delaySeconds <= mostDelaySeconds)) {
    throw new RangeError('delaySeconds must be a number from 0 to ' + mostDelaySeconds);
  }
  return { outcome: 'retry', delaySeconds };
}

/** @returns the batch, and then a decision for each message, in their order */
export function batchOf(data: { readonly queue: string; readonly messages: readonly SentMessage[] }): Happening {
  const state: BatchState = { all: undefined, each: [] };
  const messages: Message[] = [];
  for (let i = 0; i < data.messages.length; i += 1) {
    push(state.each, undefined);
    push(messages, new Message(data.messages[i] as SentMessage, i, state));
  }
  return {
    event: new MessageBatch(data.queue, freeze(messages), state),
    outcome(failed) {
      const fallback: Decision = state.all ?? { outcome: failed ? 'retry' : 'ack' };
      const decisions: Decision[] = [];
      for (let i = 0; i < messages.length; i += 1) push(decisions, state.each[i] ?? fallback);
      return { messages: decisions };
    },
  };
}
