/** All that is measured, read as of now and written out, a little in each turn of the event loop. */

import { setImmediate } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import { type ExpositionFormat, exposition } from './exposition.ts';
import type { Family } from './family.ts';
import { familiesFrom } from './process-metrics.ts';

export interface MetricsParts {
  readonly plugins: { families(): Generator<undefined, readonly Family[], void> };
  readonly others: readonly (() => readonly Family[])[];
  readonly registries: readonly Registry[];
  readonly elapsed: Clock['elapsed'];
}

/** Of each turn so much at most: a call takes some eight turns, each of which is so much longer meanwhile. */
const turnMs = 0.5;

export class Metrics {
  readonly #parts: MetricsParts;
  /** Who asks for what is being written gets that, so that no number of readers makes it be written more than twice at once. */
  readonly #writing = new Map<ExpositionFormat, Promise<readonly Buffer[]>>();

  constructor(parts: MetricsParts) {
    this.#parts = parts;
  }

  /** An exposition, in pieces. */
  render(format: ExpositionFormat): Promise<readonly Buffer[]> {
    const running = this.#writing.get(format);
    if (running !== undefined) return running;
    const written = this.#write(format).finally(() => this.#writing.delete(format));
    this.#writing.set(format, written);
    return written;
  }

  /** As of now: their points are read when they are gone through. */
  async families(): Promise<readonly Family[]> {
    const { plugins, others, registries } = this.#parts;
    const turn = this.#turn();
    const reading = plugins.families();
    let read = reading.next();
    for (; read.done !== true; read = reading.next()) if (turn.isOver()) await turn.next();
    const small = await Promise.all(registries.map(familiesFrom));
    return [...read.value, ...others.flatMap((families) => families()), ...small.flat()];
  }

  async #write(format: ExpositionFormat): Promise<readonly Buffer[]> {
    const families = await this.families();
    const turn = this.#turn();
    const pieces: Buffer[] = [];
    for (const piece of exposition(families, format)) {
      pieces.push(Buffer.from(piece));
      if (turn.isOver()) await turn.next();
    }
    return pieces;
  }

  #turn(): { isOver(): boolean; next(): Promise<void> } {
    const { elapsed } = this.#parts;
    let began = elapsed();
    return {
      isOver: () => elapsed() - began >= turnMs,
      next: async () => {
        await setImmediate();
        began = elapsed();
      },
    };
  }
}
