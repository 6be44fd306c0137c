/** Under which name a caller is counted: by what it is known from, and what it is called there. */

import type { IncomingMessage } from 'node:http';
import { hopsHeader, markIn } from '../dispatch/hops.ts';
import { printableLine } from '../printable.ts';

/** Of a name, in characters: what callers send is kept. */
const mostChars = 100;

/** `header:…`, `token:…` or `plugin:…`; without characters that could repaint the terminal of whoever reads it. */
export type CallerName = `${'header' | 'token' | 'plugin'}:${string}`;

export function callerName(from: 'header' | 'token' | 'plugin', name: string): CallerName {
  return `${from}:${printableLine(name.slice(0, mostChars)).slice(0, mostChars)}`;
}

/**
 * @param header the one by which callers name themselves, in lower case; without it none has a name but plugins
 * @param pluginOf of this host's, by the mark that goes along with its requests
 */
export function callerBy(
  header: string | undefined,
  pluginOf: (mark: string) => string | undefined,
): (req: Pick<IncomingMessage, 'headers'>) => CallerName | undefined {
  return ({ headers }) => {
    const hops = headers[hopsHeader];
    if (hops !== undefined) {
      const mark = markIn(String(hops));
      const plugin = mark === undefined ? undefined : pluginOf(mark);
      if (plugin !== undefined) return callerName('plugin', plugin);
    }
    if (header === undefined) return undefined;
    const given = headers[header];
    return given === undefined || given === '' ? undefined : callerName('header', String(given));
  };
}
