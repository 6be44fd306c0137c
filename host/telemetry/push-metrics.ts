/** How pushes end, and what they take. */

import { Counter, Histogram, Registry } from 'prom-client';
import { isNboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { AroundPush, Published } from '../release/push.ts';

const phases = ['typecheck', 'bundle', 'instrument', 'probe', 'gates', 'load', 'store'] as const;

export class PushMetrics {
  readonly registry = new Registry();
  readonly #elapsed: Clock['elapsed'];
  readonly #pushes = new Counter({
    ...{ name: 'nbox_pushes_total', help: 'Pushes by what came of them: created, unchanged, repeated, or the code of what refused them' },
    ...{ labelNames: ['result'], registers: [this.registry] },
  });
  readonly #durations = new Histogram({
    ...{ name: 'nbox_push_duration_seconds', help: 'From a push to its answer; several plugins in one are one' },
    ...{ buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30], registers: [this.registry] },
  });
  readonly #phases = new Counter({
    ...{ name: 'nbox_push_phase_seconds_total', help: 'What the phases of pushes took that went live' },
    ...{ labelNames: ['phase'], registers: [this.registry] },
  });

  constructor(elapsed: Clock['elapsed']) {
    this.#elapsed = elapsed;
  }

  readonly around: AroundPush = async (requests, push) => {
    const began = this.#elapsed();
    try {
      const published = await push();
      for (const one of published) this.#note(one);
      return published;
    } catch (error) {
      this.#pushes.inc({ result: isNboxError(error) ? error.code : 'internal_error' }, requests.length);
      throw error;
    } finally {
      this.#durations.observe((this.#elapsed() - began) / 1_000);
    }
  };

  #note({ created, repeated, timings }: Published): void {
    this.#pushes.inc({ result: repeated === true ? 'repeated' : created ? 'created' : 'unchanged' });
    for (const phase of phases) this.#phases.inc({ phase }, timings[`${phase}Ms`] / 1_000);
  }
}
