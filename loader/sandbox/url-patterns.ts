/**
 * URL patterns on behalf of the guest, by the host's own parser: it checks a pattern and brings its components into
 * their normal form. Matching is the guest's work, since a regular expression can run for ever, and only the guest's
 * can be interrupted.
 */

export const components = ['protocol', 'username', 'password', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

type Component = (typeof components)[number];
type Parts = Record<Component, string>;
type Init = Partial<Record<Component | 'baseURL', string>>;

/** What the host and the types of Node say of it. */
interface Pattern extends Readonly<Parts> {
  readonly hasRegExpGroups: boolean;
}
type PatternConstructor = new (...args: readonly unknown[]) => Pattern;

/** @throws TypeError where the pattern is none, or the input no URL */
export function urlPattern(_key: string, [what, ...args]: readonly unknown[]): unknown {
  switch (what) {
    case 'compile':
      return compile(args[0] as string | Init, args[1] as string | null, args[2] === true);
    case 'match':
      return match(args[0] as string | Init, args[1] as string | null);
    default:
      throw new TypeError('There is no such operation');
  }
}

function compile(input: string | Init, base: string | null, ignoreCase: boolean): readonly unknown[] {
  refuseCostly(typeof input === 'string' ? protocolOf(input) : (input.protocol ?? ''));
  const Pattern = (globalThis as unknown as { URLPattern: PatternConstructor }).URLPattern;
  let pattern: Pattern;
  try {
    pattern = base === null ? new Pattern(input, { ignoreCase }) : new Pattern(input, base, { ignoreCase });
  } catch {
    throw new TypeError('Invalid URL pattern');
  }
  return [...components.map((name) => pattern[name]), pattern.hasRegExpGroups];
}

const longestProtocolGroups = 64;

/**
 * The host's parser itself runs the protocol's regular expressions, over the names of the special schemes. Over texts
 * that short only a long one, or one that counts, takes long.
 */
function refuseCostly(protocol: string): void {
  if (!protocol.includes('(')) return;
  if (protocol.length > longestProtocolGroups || /\{\s*\d/.test(protocol))
    throw new TypeError('The protocol has a regular expression that may be costly');
}

const identifierStart = /[$_\p{ID_Start}]/u;

/** What comes before the colon that ends the protocol: one that is in no group and begins no name. Empty where there is none. */
function protocolOf(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') {
      at += 1;
      if (text[at] === ':' && depth === 0) return text.slice(0, at);
    } else if (char === '(' || char === '{') depth += 1;
    else if (char === ')' || char === '}') depth -= 1;
    else if (char === ':' && depth <= 0 && !identifierStart.test(String.fromCodePoint(text.codePointAt(at + 1) ?? 32)))
      return text.slice(0, at);
  }
  return '';
}

/** The components of what is to be matched, in order; `undefined` where it is no URL, or has no place in one. */
function match(input: string | Init, base: string | null): readonly string[] | undefined {
  if (typeof input === 'string') {
    const url = URL.parse(input, base ?? undefined);
    return url === null ? undefined : components.map((name) => componentOf(url, name));
  }
  if (base !== null) throw new TypeError('A base URL goes with a string, not with an object that has its own');
  try {
    const parts = process(input);
    return components.map((name) => parts[name]);
  } catch {
    return undefined;
  }
}

function componentOf(url: URL, name: Component): string {
  const text = url[name];
  return name === 'protocol' ? text.slice(0, -1) : name === 'search' || name === 'hash' ? text.slice(1) : text;
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443', ftp: '21', file: '' };

/** "Process a URLPatternInit" for a URL. */
function process(init: Init): Parts {
  const parts: Parts = { protocol: '', username: '', password: '', hostname: '', port: '', pathname: '', search: '', hash: '' };
  let base: URL | undefined;
  const has = (...names: Component[]) => names.some((name) => init[name] !== undefined);
  if (init.baseURL !== undefined) {
    base = new URL(init.baseURL);
    const inherit = (name: Component, ...earlier: Component[]) => {
      if (!has(name, ...earlier)) parts[name] = componentOf(base as URL, name);
    };
    inherit('protocol');
    inherit('hostname', 'protocol');
    inherit('port', 'protocol', 'hostname');
    inherit('username', 'protocol', 'hostname', 'port');
    inherit('password', 'protocol', 'hostname', 'port', 'username');
    inherit('pathname', 'protocol', 'hostname', 'port');
    inherit('search', 'protocol', 'hostname', 'port', 'pathname');
    inherit('hash', 'protocol', 'hostname', 'port', 'pathname', 'search');
  }
  if (init.protocol !== undefined) parts.protocol = protocolIn(init.protocol);
  if (init.username !== undefined) parts.username = through('username', init.username);
  if (init.password !== undefined) parts.password = through('password', init.password);
  if (init.hostname !== undefined) parts.hostname = hostnameIn(init.hostname);
  // Where no protocol is known, it is taken for one of the special schemes.
  const special = parts.protocol === '' || Object.hasOwn(defaultPorts, parts.protocol);
  if (init.port !== undefined) parts.port = portIn(init.port, parts.protocol);
  if (init.pathname !== undefined) parts.pathname = pathnameIn(init.pathname, base, special);
  if (init.search !== undefined) parts.search = through('search', init.search.replace(/^\?/, '')).replace(/^\?/, '');
  if (init.hash !== undefined) parts.hash = through('hash', init.hash.replace(/^#/, '')).replace(/^#/, '');
  return parts;
}

function through(name: Exclude<Component, 'protocol' | 'pathname'>, value: string): string {
  if (value === '') return '';
  const url = new URL('https://dummy.invalid/');
  url[name] = value;
  return url[name];
}

function protocolIn(value: string): string {
  const bare = value.replace(/:$/, '');
  return bare === '' ? '' : new URL(`${bare}://dummy.invalid/`).protocol.slice(0, -1);
}

function hostnameIn(value: string): string {
  if (value === '') return '';
  const url = new URL('https://dummy.invalid/');
  url.hostname = value;
  // A setter ignores what it cannot take.
  if (url.hostname === 'dummy.invalid' && value !== 'dummy.invalid') throw new TypeError('Invalid hostname');
  return url.hostname;
}

function portIn(value: string, protocol: string): string {
  if (value === '') return '';
  const url = new URL(`${Object.hasOwn(defaultPorts, protocol) && protocol !== 'file' ? protocol : 'dummy'}://dummy.invalid:1/`);
  url.port = value;
  if (url.port === '1' && !/^[\t\n\r]*0*[\t\n\r]*1/.test(value)) throw new TypeError('Invalid port');
  return url.port;
}

function pathnameIn(given: string, base: URL | undefined, special: boolean): string {
  let value = given;
  if (base?.pathname.startsWith('/') === true && !value.startsWith('/')) {
    value = base.pathname.slice(0, base.pathname.lastIndexOf('/') + 1) + value;
  }
  if (value === '') return '';
  if (!special) return new URL(`dummy:-${value}`).pathname.slice(1);
  if (value.startsWith('/')) return throughPath(value);
  // A relative one is not resolved: what stands before it is taken away again.
  return throughPath(`/-${value}`).slice(2);
}

function throughPath(value: string): string {
  const url = new URL('https://dummy.invalid/');
  url.pathname = value;
  return url.pathname;
}
