/** QuotaExceededError: the DOMException that tells how much there may be, and how much was asked for. */

import { DOMException } from './dom-exception.ts';
import { asInterface, toDictionary } from './webidl.ts';

export class QuotaExceededError extends DOMException {
  readonly #quota: number | null;
  readonly #requested: number | null;

  constructor(message: string = '', options?: { quota?: number; requested?: number }) {
    super(message, 'QuotaExceededError');
    const given = toDictionary(options, 'The options of QuotaExceededError');
    this.#quota = toAmount(given?.quota, 'quota');
    this.#requested = toAmount(given?.requested, 'requested');
    if ((this.#quota ?? 0) < 0 || (this.#requested ?? 0) < 0)
      throw new RangeError('Neither the quota nor what was requested can be negative');
    if (this.#quota !== null && this.#requested !== null && this.#requested < this.#quota)
      throw new RangeError('What was requested cannot be less than the quota');
  }

  get quota(): number | null {
    return this.#quota;
  }

  get requested(): number | null {
    return this.#requested;
  }
}

/** Web IDL's double. */
function toAmount(value: unknown, name: string): number | null {
  if (value === undefined) return null;
  const amount = +(value as number);
  if (!(amount - amount === 0)) throw new TypeError('The ' + name + ' must be a finite number');
  return amount;
}

asInterface(QuotaExceededError, 'QuotaExceededError', 0);
