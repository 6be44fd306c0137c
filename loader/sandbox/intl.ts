/** Intl on behalf of the guest, by the host's own. What the machine is set to shows nowhere: the defaults are en-US and UTC. */

interface Key {
  readonly kind: Kind;
  readonly locales: readonly string[];
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

const constructors = {
  Collator: Intl.Collator,
  DateTimeFormat: Intl.DateTimeFormat,
  DisplayNames: Intl.DisplayNames,
  DurationFormat: Intl.DurationFormat,
  ListFormat: Intl.ListFormat,
  NumberFormat: Intl.NumberFormat,
  PluralRules: Intl.PluralRules,
  RelativeTimeFormat: Intl.RelativeTimeFormat,
  Segmenter: Intl.Segmenter,
} as const;
type Kind = keyof typeof constructors;
type Formatter = Readonly<Record<string, (...args: unknown[]) => unknown>>;
type Constructor = (new (
  locales: readonly string[],
  options: object,
) => Formatter) & {
  supportedLocalesOf(locales: readonly string[], options: object): string[];
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(constructors, kind);

/** Formatters take up to 100 KB each outside of V8's heap, and 50 µs and more to make. */
const maxFormatters = 200;
/** By their keys' text; the one used last is the last. */
const formatters = new Map<string, Formatter>();

function formatterOf(key: string): Formatter {
  const known = formatters.get(key);
  if (known !== undefined) {
    formatters.delete(key);
    formatters.set(key, known);
    return known;
  }
  const { kind, locales, options } = JSON.parse(key) as Key;
  if (!isKind(kind)) throw new TypeError(`There is no Intl.${kind}`);
  // The last of the list is what none of the others being known comes to, whatever the process' own default is.
  const requested = [...Intl.getCanonicalLocales(locales as string[]), 'en-US'];
  const zone = kind === 'DateTimeFormat' ? { timeZone: 'UTC' } : {};
  const formatter = new (constructors[kind] as unknown as Constructor)(requested, { ...zone, ...options });
  if (formatters.size >= maxFormatters) formatters.delete(formatters.keys().next().value as string);
  formatters.set(key, formatter);
  return formatter;
}

/** How many formatters are kept, for tests. */
export function keptFormatters(): number {
  return formatters.size;
}

const methods = new Set([
  'compare',
  'format',
  'formatRange',
  'formatRangeToParts',
  'formatToParts',
  'of',
  'resolvedOptions',
  'select',
  'selectRange',
]);

/** A number, a bigint or a numeric string crosses as text behind a letter: JSON knows neither NaN nor -0. */
function numeric(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.slice(1);
  return value[0] === 'n' ? Number(text) : value[0] === 'b' ? BigInt(text) : text;
}

const numericMethods = new Set(['format', 'formatToParts', 'formatRange', 'formatRangeToParts', 'select', 'selectRange']);
const numericKinds = /^\{"kind":"(?:NumberFormat|DateTimeFormat|PluralRules|RelativeTimeFormat)"/;

const statics: Readonly<Record<string, (...args: never[]) => unknown>> = {
  getCanonicalLocales: (locales: string[]) => Intl.getCanonicalLocales(locales),
  supportedValuesOf: (key: string) => Intl.supportedValuesOf(key as 'calendar'),
  supportedLocalesOf(kind: string, locales: string[], options: object) {
    if (!isKind(kind)) throw new TypeError(`There is no Intl.${kind}`);
    return (constructors[kind] as unknown as Constructor).supportedLocalesOf(locales, options);
  },
  toLocaleUpperCase: (text: string, locales: string[]) => text.toLocaleUpperCase(locales),
  toLocaleLowerCase: (text: string, locales: string[]) => text.toLocaleLowerCase(locales),
  locale: (tag: string, options: object) => describe(new Intl.Locale(tag, options)),
  maximize: (tag: string) => new Intl.Locale(tag).maximize().toString(),
  minimize: (tag: string) => new Intl.Locale(tag).minimize().toString(),
};

const localeGetters = [
  'baseName',
  'calendar',
  'caseFirst',
  'collation',
  'firstDayOfWeek',
  'hourCycle',
  'language',
  'numberingSystem',
  'numeric',
  'region',
  'script',
] as const;
const localeLists = [
  'getCalendars',
  'getCollations',
  'getHourCycles',
  'getNumberingSystems',
  'getTextInfo',
  'getTimeZones',
  'getWeekInfo',
] as const;

function describe(locale: Intl.Locale): Record<string, unknown> {
  const told: Record<string, unknown> = { text: locale.toString() };
  for (const name of localeGetters) told[name] = (locale as unknown as Record<string, unknown>)[name];
  for (const name of localeLists) told[name] = (locale as unknown as Formatter)[name]?.call(locale);
  return told;
}

/**
 * @param key the JSON of a formatter's kind, locales and options, or empty for what needs none
 * @param args the method's name, and its arguments
 * @throws what Intl throws
 */
export function intl(key: string, [name, ...args]: readonly unknown[]): unknown {
  if (typeof name !== 'string') throw new TypeError('No method is named');
  if (key === '') return (Object.hasOwn(statics, name) ? statics[name] : undefined)?.(...(args as never[]));
  const formatter = formatterOf(key);
  if (name === 'segment') return segment(formatter as unknown as Intl.Segmenter, args[0] as string);
  if (!methods.has(name)) throw new TypeError(`There is no method ${name}`);
  return formatter[name]?.(...(numericMethods.has(name) && numericKinds.test(key) ? withNumbers(key, args) : args));
}

function withNumbers(key: string, args: readonly unknown[]): unknown[] {
  // The second argument of a RelativeTimeFormat is a unit.
  return key.startsWith('{"kind":"RelativeTimeFormat"') ? [numeric(args[0]), args[1]] : args.map(numeric);
}

/** Where each segment begins, and whether it is a word where that is told. */
function segment(segmenter: Intl.Segmenter, text: string): { starts: number[]; words?: boolean[] } {
  const starts: number[] = [];
  const words: boolean[] = [];
  for (const { index, isWordLike } of segmenter.segment(text)) {
    starts.push(index);
    if (isWordLike !== undefined) words.push(isWordLike);
  }
  return words.length === 0 ? { starts } : { starts, words };
}
