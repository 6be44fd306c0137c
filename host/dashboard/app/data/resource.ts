/** Something that is asked of the API, and asked again: what is known of it, and what is wrong with it. */

import { signal } from '@preact/signals';
import { ApiError, type ProblemDetails, unreachable } from '../api/problem.ts';

export interface Known<T> {
  /** What was answered last; it stays where a later question fails. */
  readonly value: T | undefined;
  /** What is wrong now. */
  readonly problem: ProblemDetails | undefined;
  readonly isLoading: boolean;
}

export class Resource<T> {
  readonly known = signal<Known<T>>({ value: undefined, problem: undefined, isLoading: true });
  readonly #load: (signal: AbortSignal, before: T | undefined) => Promise<T>;
  #running: AbortController | undefined;

  /** @param load is given what it answered before, so that it may ask for what came since only */
  constructor(load: (signal: AbortSignal, before: T | undefined) => Promise<T>) {
    this.#load = load;
  }

  /** Asks anew; what was asked before and not yet answered is given up. */
  async refresh(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    const before = this.known.peek();
    if (!before.isLoading) this.known.value = { ...before, isLoading: true };
    try {
      const value = await this.#load(running.signal, before.value);
      if (this.#running === running) this.known.value = { value, problem: undefined, isLoading: false };
    } catch (error) {
      if (this.#running !== running) return;
      const problem =
        error instanceof ApiError
          ? error.problem
          : { ...unreachable, code: 'page_failed', title: 'The page failed', detail: String(error) };
      this.known.value = { value: this.known.peek().value, problem, isLoading: false };
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /** For another user: as if it had never been asked. */
  forget(): void {
    this.stop();
    this.known.value = { value: undefined, problem: undefined, isLoading: true };
  }

  /** Gives up what is asked. */
  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }
}
