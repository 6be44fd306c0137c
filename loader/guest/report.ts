/** What happens to an exception that nobody can catch: a line of the log. */

import { host } from './host.ts';
import { part } from './lazy.ts';
import { join, split } from './primordials.ts';

export function reportException(error: unknown): void {
  host.log(3, join(split('Uncaught ' + part<typeof import('./inspect.ts')>('inspect.ts').inspect(error), '\0'), '\\0'));
}
