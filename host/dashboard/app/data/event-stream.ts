/** The page's one stream of events: opened again when it breaks, going on where it was, and closed while nobody looks. */

import { signal } from '@preact/signals';
import { createParser } from 'eventsource-parser';
import { type Backoff, backoff } from './backoff.ts';

export interface StreamEvent {
  readonly type: string;
  readonly data: unknown;
}

/** `waiting`: it broke, and is tried again; `paused`: the page is hidden. */
export type StreamState = 'connecting' | 'open' | 'waiting' | 'paused' | 'closed';

export interface EventStreamParts {
  /** @param lastId of the last event that was got */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly onEvent: (event: StreamEvent) => void;
  /** From here on something may be missing. */
  readonly onGap: () => void;
  readonly after: (ms: number, work: () => void) => () => void;
  readonly backoff?: Backoff;
}

/** Nothing at all for so long is a connection that is dead, though nobody has said so: the host beats every 15 s. */
const silentMs = 40_000;

export class EventStream {
  readonly state = signal<StreamState>('closed');
  readonly #parts: EventStreamParts;
  readonly #backoff: Backoff;
  #lastId: string | undefined;
  #running: AbortController | undefined;
  #cancelRetry: (() => void) | undefined;
  /** Whether the host has ended it to be asked anew, as it does now and then. */
  #isToRenew = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
    this.#backoff = parts.backoff ?? backoff(Math.random);
  }

  /** Opens it, where it is not; at once, whatever it waits for. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    const running = new AbortController();
    this.#running = running;
    this.state.value = 'connecting';
    void this.#run(running);
  }

  /** @param as what it is then: `paused` where it will go on */
  stop(as: 'paused' | 'closed'): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#running?.abort();
    this.#running = undefined;
    if (as === 'closed') this.#lastId = undefined;
    this.state.value = as;
  }

  /** The network is gone: what is open says nothing any more, and would not tell for long. */
  lose(): void {
    this.#running?.abort();
  }

  async #run(running: AbortController): Promise<void> {
    let cancelSilence = () => {};
    try {
      const response = await this.#parts.open(this.#lastId, running.signal);
      if (response.body === null || this.#running !== running) return;
      this.state.value = 'open';
      const heard = () => {
        cancelSilence();
        cancelSilence = this.#parts.after(silentMs, () => running.abort());
      };
      const parser = createParser({ onEvent: ({ id, event, data }) => this.#take(id, event, data) });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      heard();
      for (let next = await reader.read(); next.done !== true; next = await reader.read()) {
        heard();
        this.#backoff.reset();
        parser.feed(decoder.decode(next.value, { stream: true }));
      }
    } catch {
      // Whatever it was: it is tried again.
    } finally {
      cancelSilence();
    }
    if (this.#running !== running) return;
    this.#running = undefined;
    if (this.#isToRenew) {
      this.#isToRenew = false;
      this.start();
      return;
    }
    this.state.value = 'waiting';
    this.#cancelRetry = this.#parts.after(this.#backoff.next(), () => this.start());
  }

  #take(id: string | undefined, type: string | undefined, text: string): void {
    if (id !== undefined) this.#lastId = id;
    if (type === 'gap') {
      this.#parts.onGap();
      return;
    }
    if (type === 'end') this.#isToRenew = text.includes('"renew"');
    if (type === undefined || type === 'end') return;
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch {
      return;
    }
    this.#parts.onEvent({ type, data });
  }
}
