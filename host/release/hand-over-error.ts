/** A hand-over that failed, as the pool tells it: where it failed is in the bundle of one of the two releases. */

import { NboxError } from '../../guards/errors.ts';
import type { HandOverStep } from '../executor/wire.ts';
import type { Place } from './explain.ts';

export class HandOverError extends NboxError implements Place {
  readonly step: HandOverStep;
  readonly site: number | undefined;
  readonly guestStack: string | undefined;

  constructor(step: HandOverStep, detail: string, { site, stack }: { readonly site?: number; readonly stack?: string } = {}) {
    super('handover_failed', detail);
    this.step = step;
    this.site = site;
    this.guestStack = stack;
  }
}
