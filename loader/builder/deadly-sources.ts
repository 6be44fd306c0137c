/** Remembers the sources that brought a builder down, so that pushing one again does not bring down the next. */

import { createHash } from 'node:crypto';
import { NboxError } from '../../guards/errors.ts';
import type { BuildRequest } from '../build.ts';

export const deadlySourceLimits = Object.freeze({ entries: 100, forMs: 60_000 });

export class DeadlySources {
  /** By the hash of what is built, the oldest first. */
  readonly #known = new Map<string, { readonly error: NboxError; readonly untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  add(request: BuildRequest, error: NboxError): void {
    const key = hashOf(request);
    this.#known.delete(key);
    this.#known.set(key, { error, untilMs: this.#nowMs() + deadlySourceLimits.forMs });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= deadlySourceLimits.entries) break;
      this.#known.delete(oldest);
    }
  }

  /** The error that this source ended in, while it is remembered. */
  find(request: BuildRequest): NboxError | undefined {
    const nowMs = this.#nowMs();
    for (const [key, { untilMs }] of this.#known) {
      if (untilMs > nowMs) break;
      this.#known.delete(key);
    }
    // Nearly always so, and the hash of a megabyte is saved.
    if (this.#known.size === 0) return undefined;
    const found = this.#known.get(hashOf(request));
    if (found === undefined) return undefined;
    return new NboxError(found.error.code, { ...found.error.details, retryAfterS: Math.ceil((found.untilMs - nowMs) / 1_000) });
  }
}

/** Of everything that a build depends on. */
function hashOf({ files, manifest, typecheck, part }: BuildRequest): string {
  const hash = createHash('sha256');
  for (const text of [manifest.entry, typecheck, part ?? '', ...[...files].flat()]) hash.update(`${text.length}:`).update(text);
  return hash.digest('base64');
}
