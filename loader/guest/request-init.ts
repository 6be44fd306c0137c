/** What a Request is made of: a URL or another request, and an init, which is read member by member as Web IDL has it. */

import type { AbortSignal } from './abort.ts';
import { type BodyState, extractBody, isForeignStream, passBody } from './body.ts';
import type { Headers } from './headers.ts';
import { part } from './lazy.ts';
import { freeze, indexOf, matches, toUpperCase } from './primordials.ts';
import { blockOf, methodOf, type Options, type RequestInit, type RequestState, urlOf } from './request.ts';
import { normalizeUrl } from './url.ts';
import { toDictionary, toText } from './webidl.ts';

const headerPart = () => part<typeof import('./headers.ts')>('headers.ts');
const abortPart = () => part<typeof import('./abort.ts')>('abort.ts');

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

/** @throws TypeError for values that the standard does not know */
function choose(name: keyof typeof values, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const value = toText(given);
  if (indexOf(value, '|') !== -1 || indexOf(values[name], '|' + value + '|') === -1) throw new TypeError(value + ' is no value of ' + name);
  return value;
}

interface Given {
  /** `null` where there is none, `undefined` where none is said. */
  readonly content: ReturnType<typeof extractBody> | null | undefined;
  readonly duplex: string | undefined;
  readonly headers: Headers | undefined;
  readonly method: string | undefined;
  readonly signal: AbortSignal | null | undefined;
  readonly options: Options | undefined;
}

/** Reads the members in the order of their names, each once. */
function readInit(given: RequestInit, source: Options | undefined): Given {
  let isEmpty = true;
  const read = (name: keyof RequestInit): unknown => {
    const value = given[name] as unknown;
    if (value !== undefined) isEmpty = false;
    return value;
  };
  const body = read('body');
  const content = body === undefined || body === null ? body : extractBody(body);
  const cache = choose('cache', read('cache'));
  const credentials = choose('credentials', read('credentials'));
  const duplex = choose('duplex', read('duplex'));
  const pairs = read('headers');
  const headers = pairs === undefined ? undefined : new (headerPart().Headers)(pairs as never);
  const integrity = read('integrity');
  const hash = integrity === undefined ? undefined : toText(integrity);
  const keepalive = read('keepalive');
  const method = read('method');
  const verb = method === undefined ? undefined : toText(method);
  const mode = choose('mode', read('mode'));
  choose('priority', read('priority'));
  const redirect = choose('redirect', read('redirect'));
  const referrer = read('referrer');
  const referrerText = referrer === undefined ? undefined : toText(referrer);
  const referrerPolicy = choose('referrerPolicy', read('referrerPolicy'));
  const signal = read('signal') as AbortSignal | null | undefined;
  if (signal !== undefined && signal !== null && !abortPart().isAbortSignal(signal)) throw new TypeError('signal must be an AbortSignal');
  const window = read('window');
  if (window !== undefined && window !== null) throw new TypeError('window can only be null');
  const rest = { content, duplex, headers, method: verb === undefined ? undefined : checkMethod(verb), signal };
  if (isEmpty) return { ...rest, options: source };
  if (mode === 'navigate') throw new TypeError('mode cannot be navigate');
  const before = source ?? defaultOptions;
  const options: Options = {
    cache: cache ?? before.cache,
    credentials: credentials ?? before.credentials,
    integrity: hash ?? before.integrity,
    keepalive: keepalive === undefined ? before.keepalive : Boolean(keepalive),
    mode: mode ?? before.mode,
    redirect: redirect ?? before.redirect,
    // Whoever says anything else refers himself: these two are not taken over.
    referrer: referrerText === undefined ? 'about:client' : checkReferrer(referrerText),
    referrerPolicy: referrerPolicy ?? '',
  };
  if (options.cache === 'only-if-cached' && options.mode !== 'same-origin')
    throw new TypeError('only-if-cached needs the mode same-origin');
  return { ...rest, options };
}

/** Without an origin of its own, a plugin has no URL that it may name as the referrer but `about:client`. */
function checkReferrer(given: string): string {
  if (given === '') return '';
  if (normalizeUrl(given) === undefined) throw new TypeError('Invalid referrer');
  return 'about:client';
}

const invalidMethod = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const normalized = '|DELETE|GET|HEAD|OPTIONS|POST|PUT|';

/** @throws TypeError for what is no token, and for methods that no fetch may use */
function checkMethod(method: string): string {
  if (method === '' || matches(invalidMethod, method)) throw new TypeError('Invalid method: ' + method);
  const upper = toUpperCase(method);
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') throw new TypeError('The method ' + method + ' is not allowed');
  return indexOf(normalized, '|' + upper + '|') === -1 ? method : upper;
}

function checkUrl(input: unknown): string {
  const parsed = normalizeUrl(input);
  if (parsed === undefined) throw new TypeError('Invalid URL');
  if (parsed.hasCredentials) throw new TypeError('The URL of a Request must hold no user and no password');
  return parsed.href;
}

/** @param source what is behind the input, where that is a Request */
export function stateFrom(input: unknown, source: RequestState | undefined, init: RequestInit | null | undefined): RequestState {
  const address = source === undefined ? toText(input) : '';
  const dictionary = toDictionary(init, 'The init of a Request');
  const given = dictionary === undefined ? undefined : readInit(dictionary, source?.options);
  const url = source === undefined ? checkUrl(address) : urlOf(source);
  const method = given?.method ?? (source === undefined ? 'GET' : methodOf(source));
  const options = given === undefined ? source?.options : given.options;
  const mode = options?.mode ?? 'cors';
  if (mode === 'no-cors' && method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    throw new TypeError('The mode no-cors does not go with the method ' + method);
  const headers = given?.headers ?? headerPart().headersFromBlock(source === undefined ? '' : blockOf(source), false);
  const content = given?.content ?? null;
  const inherited = source === undefined ? null : source.body;
  if ((method === 'GET' || method === 'HEAD') && (content !== null || inherited !== null)) {
    throw new TypeError('A ' + method + ' request has no body');
  }
  let body: BodyState | null = null;
  if (content !== null) {
    body = content.body;
    if (isForeignStream(body.source)) {
      if (given?.duplex === undefined) throw new TypeError("A request whose body is a stream needs duplex: 'half'");
      if (options?.keepalive === true) throw new TypeError('A request with keepalive has no stream as its body');
      if (mode !== 'cors' && mode !== 'same-origin') throw new TypeError('A stream as the body does not go with the mode ' + mode);
    }
    if (content.type !== undefined && headerPart().headerValue(headers, 'content-type') === null)
      headers.append('content-type', content.type);
  } else if (inherited !== null) body = passBody(inherited);
  return {
    ...{ head: '', method, url, headers, immutable: false, body, options, derived: true },
    ...signalFrom(given?.signal, source),
  };
}

/** The signal that is given is followed, else the source's, or its client. */
function signalFrom(
  given: AbortSignal | null | undefined,
  source: RequestState | undefined,
): { readonly signal: AbortSignal | undefined; readonly call: number } {
  if (given === null || (given === undefined && source === undefined)) return { signal: undefined, call: 0 };
  if (given !== undefined) return { signal: abortPart().dependOn([given]), call: 0 };
  const { signal, call } = source as RequestState;
  return signal === undefined ? { signal, call } : { signal: abortPart().dependOn([signal]), call: 0 };
}
