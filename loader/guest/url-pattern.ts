/**
 * URLPattern. The host brings a pattern into its normal form; here its components become regular expressions, and here
 * they run, so that one that never ends is interrupted like any other code.
 */

import { compute } from './computed.ts';
import { componentOf, type Matcher } from './pattern-component.ts';
import { matchOf, push } from './primordials.ts';
import { asInterface, toDictionary, toUsv } from './webidl.ts';

type Init = Record<string, string>;

const names = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;
/** In the order in which Web IDL reads them. */
const members = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash', 'baseURL'] as const;
const specials = ['ftp', 'file', 'http', 'https', 'ws', 'wss'] as const;

/** A string, or an object's members as strings. */
function inputOf(input: unknown): string | Init {
  if (input !== undefined && input !== null && typeof input !== 'object' && typeof input !== 'function') return toUsv(input);
  const given = toDictionary(input as Record<string, unknown> | undefined, 'A URL pattern');
  const init: Init = {};
  if (given === undefined) return init;
  for (let index = 0; index < members.length; index += 1) {
    const name = members[index] as string;
    const value = given[name];
    if (value !== undefined) init[name] = toUsv(value);
  }
  return init;
}

export class URLPattern {
  /** The components as the host writes them, in order, and whether one has a regular expression. */
  readonly #texts: readonly string[];
  readonly #matchers: readonly Matcher[];
  readonly #groups: boolean;

  constructor(input?: unknown, baseOrOptions?: unknown, options?: unknown) {
    const pattern = inputOf(input);
    // The overload with a base has at least two arguments, of which the second is no object.
    const based =
      arguments.length > 2 ||
      (arguments.length === 2 && baseOrOptions !== undefined && baseOrOptions !== null && typeof baseOrOptions !== 'object');
    const base = based ? toUsv(baseOrOptions) : undefined;
    const given = toDictionary((based ? options : baseOrOptions) as { ignoreCase?: unknown } | undefined, 'The options of a URL pattern');
    const ignoreCase = Boolean(given?.ignoreCase);
    const told = compute('urlPattern', '', ['compile', pattern, base ?? null, ignoreCase]) as [...string[], boolean];
    this.#groups = told[8] as boolean;
    const texts: string[] = [];
    const matchers: Matcher[] = [];
    let isSpecial = false;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      const text = told[index] as string;
      push(texts, text);
      const path = name === 'pathname' && isSpecial;
      const matcher = componentOf(text, path ? '/' : name === 'hostname' ? '.' : '', path ? '/' : '', ignoreCase && index > 4);
      push(matchers, matcher);
      if (index === 0)
        for (let at = 0; at < specials.length; at += 1) isSpecial ||= matchOf(matcher.regexp, specials[at] as string) !== null;
    }
    this.#texts = texts;
    this.#matchers = matchers;
  }

  test(input?: unknown, baseURL?: unknown): boolean {
    return this.#match(input, baseURL, arguments.length) !== null;
  }

  exec(input?: unknown, baseURL?: unknown): Record<string, unknown> | null {
    return this.#match(input, baseURL, arguments.length);
  }

  #match(input: unknown, baseURL: unknown, count: number): Record<string, unknown> | null {
    this.#groups;
    const given = inputOf(input);
    const base = baseURL === undefined ? undefined : toUsv(baseURL);
    const parts = compute('urlPattern', '', ['match', given, base ?? null]) as string[] | undefined;
    if (parts === undefined) return null;
    const result: Record<string, unknown> = { inputs: count > 1 && base !== undefined ? [given, base] : [given] };
    for (let index = 0; index < names.length; index += 1) {
      const { regexp, groups } = this.#matchers[index] as Matcher;
      const text = parts[index] as string;
      const match = matchOf(regexp, text);
      if (match === null) return null;
      const found: Record<string, string | undefined> = {};
      for (let at = 0; at < groups.length; at += 1) found[groups[at] as string] = match[at + 1];
      result[names[index] as string] = { input: text, groups: found };
    }
    return result;
  }

  get protocol(): string {
    return this.#texts[0] as string;
  }

  get username(): string {
    return this.#texts[1] as string;
  }

  get password(): string {
    return this.#texts[2] as string;
  }

  get hostname(): string {
    return this.#texts[3] as string;
  }

  get port(): string {
    return this.#texts[4] as string;
  }

  get pathname(): string {
    return this.#texts[5] as string;
  }

  get search(): string {
    return this.#texts[6] as string;
  }

  get hash(): string {
    return this.#texts[7] as string;
  }

  get hasRegExpGroups(): boolean {
    return this.#groups;
  }
}

asInterface(URLPattern, 'URLPattern', 0, { exec: 0, test: 0 });
