/** Whether the host of `nbox dev` has all that a project packs, in the very same versions: then its own are taken, which it has read and checked already. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packed } from '../pack.ts';

/** @param librariesDir whose package.json lists what the host approves; a range says nothing certain, and is no version */
export function hasAll(librariesDir: string, { libraries }: Pick<Packed, 'libraries'>): boolean {
  const { dependencies = {} } = JSON.parse(readFileSync(join(librariesDir, 'package.json'), 'utf8')) as {
    dependencies?: Readonly<Record<string, string>>;
  };
  return libraries.every(({ name, version }) => Object.hasOwn(dependencies, name) && dependencies[name] === version);
}
