/** Under which name a caller is counted: by what it is known from, and what it is called there. */

import type { IncomingMessage } from 'node:http';
import { printableLine } from '../printable.ts';

/** Of a name, in characters: what callers send is kept. */
const mostChars = 100;

/** `header:…`, `token:…` or `plugin:…`; without characters that could repaint the terminal of whoever reads it. */
export type CallerName = `${'header' | 'token' | 'plugin'}:${string}`;

export function callerName(from: 'header' | 'token' | 'plugin', name: string): CallerName {
  return `${from}:${printableLine(name.slice(0, mostChars)).slice(0, mostChars)}`;
}

/** @param header the one by which callers name themselves, in lower case; without it no request's caller has a name */
export function callerBy(header: string | undefined): (req: Pick<IncomingMessage, 'headers'>) => CallerName | undefined {
  if (header === undefined) return () => undefined;
  return ({ headers }) => {
    const given = headers[header];
    return given === undefined || given === '' ? undefined : callerName('header', String(given));
  };
}
