/** What becomes of a plugin's failure: the operator's log gets all of it, the caller only what may be seen. */

import { NboxError, type SourcePosition } from '../guards/errors.ts';
import { CallError } from './dispatch/dispatch.ts';
import { LineBudget } from './line-budget.ts';
import type { Logger } from './log.ts';
import { printable } from './printable.ts';
import { type SourceFrame, SourcePlaces } from './release/explain.ts';
import { accountOf, type Bundle, type LiveRelease, named, type Release } from './release/release.ts';

export interface FailureParts {
  readonly bundleOf: (release: Release) => Promise<Bundle>;
  readonly log: Logger;
}

/** Codes whose detail the host wrote itself, so that it says nothing of the plugin's insides. */
const ownWords = new Set([
  'overloaded',
  'budget_exceeded',
  'executor_lost',
  'stopping',
  'deadline_exceeded',
  'cpu_exceeded',
  'loop_budget_exceeded',
  'memory_exceeded',
  'quarantined',
  'dynamic_code_off',
]);

/** A plugin that fails a thousand times a second must not flood the log. */
const linesPerSecond = 5;
const mostPlaces = 8;

export class Failures {
  readonly #parts: FailureParts;
  /** Of releases that failed of late, by key: a decoded source map may take megabytes. */
  readonly #places = new Map<number, SourcePlaces>();
  readonly #budget = new LineBudget({ perSecond: linesPerSecond }, Date.now);

  constructor(parts: FailureParts) {
    this.#parts = parts;
  }

  /**
   * Logs the failure with its place in the author's source.
   * @param exposed whether the caller may read all of it
   * @returns what the caller may read
   */
  explain(live: LiveRelease, error: NboxError, exposed: boolean): NboxError | Promise<NboxError> {
    if (!(error instanceof CallError) || error.fault === 'caller') return error;
    const { allowed: logged, dropped } = this.#budget.take(accountOf(live.release));
    if (!logged && !exposed) return hidden(error);
    return this.#explained(live, error, exposed, logged, dropped);
  }

  async #explained(live: LiveRelease, error: CallError, exposed: boolean, logged: boolean, dropped: number): Promise<NboxError> {
    const { release } = live;
    const position = await this.#locate(live, error);
    if (logged) {
      this.#parts.log.warn(
        {
          ...named(release),
          code: error.code,
          ...(position === undefined ? {} : { position }),
          ...(dropped === 0 ? {} : { dropped }),
        },
        printable(error.message),
      );
    }
    if (!exposed) return hidden(error);
    return new NboxError(error.code, { ...error.details, ...(position === undefined ? {} : { position }) });
  }

  /** The stack of a failure, as far as it is the author's: none where nothing was thrown. */
  async frames(live: LiveRelease, error: NboxError): Promise<SourceFrame[]> {
    if (!(error instanceof CallError) || error.guestStack === undefined) return [];
    return (await this.#placesOf(live))?.frames(error.guestStack) ?? [];
  }

  async #locate(live: LiveRelease, error: CallError): Promise<SourcePosition | undefined> {
    if (error.site === undefined && error.guestStack === undefined) return undefined;
    return (await this.#placesOf(live))?.find(error);
  }

  async #placesOf(live: LiveRelease): Promise<SourcePlaces | undefined> {
    let places = this.#places.get(live.key);
    if (places === undefined) {
      const bundle = await this.#parts.bundleOf(live.release).catch(() => undefined);
      if (bundle === undefined) return undefined;
      places = new SourcePlaces(bundle);
    }
    // The latest used stays longest.
    this.#places.delete(live.key);
    this.#places.set(live.key, places);
    if (this.#places.size > mostPlaces) this.#places.delete(this.#places.keys().next().value as number);
    return places;
  }
}

function hidden(error: NboxError): NboxError {
  if (ownWords.has(error.code)) return error;
  const { retryAfterS } = error.details;
  return new NboxError(error.code, {
    detail: "The plugin's error is in the host's log",
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}
