/** What happens to an exception that nobody can catch: a line of the log, unless the plugin listens for it. */

import { host } from './host.ts';
import { part } from './lazy.ts';
import { join, split } from './primordials.ts';

/** @returns whether the plugin has dealt with it */
let tell: (error: unknown) => boolean = () => false;

/** Told by `global-events.ts` how to tell the plugin. */
export function defineReport(act: typeof tell): void {
  tell = act;
}

export function reportException(error: unknown): void {
  if (tell(error)) return;
  host.log(3, join(split('Uncaught ' + part<typeof import('./inspect.ts')>('inspect.ts').inspect(error), '\0'), '\\0'));
}
