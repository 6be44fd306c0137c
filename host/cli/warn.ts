/** What is unwise but no error, to stderr. */

import { printable } from '../printable.ts';
import { paintFor } from './paint.ts';

export function warn(text: string): void {
  process.stderr.write(`${paintFor(process.stderr)('yellow', 'warning')}: ${printable(text)}\n`);
}
