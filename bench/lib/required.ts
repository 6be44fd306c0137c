/** Packages that are the benches' alone: without them all else, its types included, still works. */

import { createRequire } from 'node:module';
import { MissingError } from './missing.ts';

/** @throws MissingError */
export function required(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name);
  } catch (error) {
    throw new MissingError(`${name} is not installed: npm ci --prefix bench\n(${(error as Error).message.split('\n', 1)[0]})`);
  }
}
