/** Modules of the prelude that are loaded when something first needs them. What imports one statically pays for it in every sandbox. */

import { host } from './host.ts';
import { create } from './primordials.ts';

const loaded = create(null) as Record<string, unknown>;

/** The module, loaded now if it is not yet. @param file its name, as in `parts.ts` */
export function part<T>(file: string): T {
  return (loaded[file] ??= host.load(file)) as T;
}
