/** What the host works out for the guest from text alone: no state of the guest's, no waiting. */

import { intl } from './intl.ts';
import { urlPattern } from './url-patterns.ts';

/** Longer inputs are refused, since the host cannot be interrupted at its work. */
const maxLength = 65_536;

const services: Readonly<Record<string, (key: string, args: readonly unknown[]) => unknown>> = { intl, urlPattern };

/** JSON of `{ value }`, or of `{ error: { name, message } }` where the host's own function threw. */
export function compute(service: string, key: string, args: string): string {
  try {
    if (key.length + args.length > maxLength) throw new RangeError('The input is too long');
    return JSON.stringify({ value: services[service]?.(key, JSON.parse(args) as unknown[]) });
  } catch (error) {
    const { name, message } = error as Error;
    return JSON.stringify({ error: { name: name === 'TypeError' || name === 'RangeError' ? name : 'Error', message } });
  }
}
