/** The parts of a Request's init that only say how it is to be fetched, and its method. */

import { freeze, indexOf, matches, toUpperCase } from './primordials.ts';
import { normalizeUrl } from './url.ts';
import { toText } from './webidl.ts';

export interface Options {
  readonly cache: string;
  readonly credentials: string;
  readonly integrity: string;
  readonly keepalive: boolean;
  readonly mode: string;
  readonly redirect: string;
  readonly referrer: string;
  readonly referrerPolicy: string;
}

export const defaultOptions: Options = freeze({
  cache: 'default',
  credentials: 'same-origin',
  integrity: '',
  keepalive: false,
  mode: 'cors',
  redirect: 'follow',
  referrer: 'about:client',
  referrerPolicy: '',
});

/** The values of each, between bars. */
const values = {
  cache: '|default|no-store|reload|no-cache|force-cache|only-if-cached|',
  credentials: '|omit|same-origin|include|',
  duplex: '|half|',
  mode: '|navigate|same-origin|no-cors|cors|',
  priority: '|high|low|auto|',
  redirect: '|follow|error|manual|',
  referrerPolicy:
    '||no-referrer|no-referrer-when-downgrade|same-origin|origin|strict-origin|origin-when-cross-origin|strict-origin-when-cross-origin|unsafe-url|',
};

type Init = { readonly [name in keyof Options]?: unknown } & {
  readonly duplex?: unknown;
  readonly priority?: unknown;
  readonly window?: unknown;
};

/** @throws TypeError for values that the standard does not know */
export function readOptions(init: Init | undefined, source: Options = defaultOptions): Options {
  if (init === undefined) return source;
  const choose = (name: keyof typeof values, before: string): string => {
    const given = init[name];
    if (given === undefined) return before;
    const value = toText(given);
    if (indexOf(value, '|') !== -1 || indexOf(values[name], '|' + value + '|') === -1)
      throw new TypeError(value + ' is no value of ' + name);
    return value;
  };
  const cache = choose('cache', source.cache);
  const credentials = choose('credentials', source.credentials);
  choose('duplex', '');
  const integrity = init.integrity === undefined ? source.integrity : toText(init.integrity);
  const keepalive = init.keepalive === undefined ? source.keepalive : Boolean(init.keepalive);
  const mode = choose('mode', source.mode);
  choose('priority', '');
  const redirect = choose('redirect', source.redirect);
  const referrerPolicy = choose('referrerPolicy', source.referrerPolicy);
  if (init.window !== undefined && init.window !== null) throw new TypeError('window can only be null');
  if (mode === 'navigate') throw new TypeError('mode cannot be navigate');
  if (cache === 'only-if-cached' && mode !== 'same-origin') throw new TypeError('only-if-cached needs the mode same-origin');
  const referrer = init.referrer === undefined ? source.referrer : readReferrer(toText(init.referrer));
  return { cache, credentials, integrity, keepalive, mode, redirect, referrer, referrerPolicy };
}

/** Without an origin of its own, a plugin has no URL that it may name as the referrer but `about:client`. */
function readReferrer(given: string): string {
  if (given === '') return '';
  if (normalizeUrl(given) === undefined) throw new TypeError('Invalid referrer');
  return 'about:client';
}

const invalidMethod = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const normalized = '|DELETE|GET|HEAD|OPTIONS|POST|PUT|';

/** @throws TypeError for what is no token, and for methods that no fetch may use */
export function readMethod(given: unknown): string {
  const method = toText(given);
  if (method === '' || matches(invalidMethod, method)) throw new TypeError('Invalid method: ' + method);
  const upper = toUpperCase(method);
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') throw new TypeError('The method ' + method + ' is not allowed');
  return indexOf(normalized, '|' + upper + '|') === -1 ? method : upper;
}
