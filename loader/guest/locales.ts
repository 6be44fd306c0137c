/** The arguments that all of Intl takes: a list of locales, and options of which each is read once. */

import { compute } from './computed.ts';
import { create, isArray, jsonStringify, NativeObject, push, split } from './primordials.ts';
import { toText } from './webidl.ts';

/** Set by `intl.ts`, to know a Locale. */
let localeText: (value: object) => string | undefined = () => undefined;

export function defineLocales(text: typeof localeText): void {
  localeText = text;
}

/** A list of tags, as they were given: the host looks at them. */
export function localesOf(locales: unknown): string[] {
  if (locales === undefined) return [];
  if (locales === null) throw new TypeError('Locales cannot be null');
  if (typeof locales === 'string') return [locales];
  const one = typeof locales === 'object' ? localeText(locales as object) : undefined;
  if (one !== undefined) return [one];
  const list: string[] = [];
  const given = NativeObject(locales) as ArrayLike<unknown>;
  const { length } = given;
  for (let index = 0; index < length; index += 1) {
    if (!isArray(given) && !(index in given)) continue;
    const tag = given[index];
    if (typeof tag === 'string') push(list, tag);
    else if (typeof tag === 'object' && tag !== null) push(list, localeText(tag) ?? toText(tag));
    else if (index in given) throw new TypeError('A locale must be a string');
  }
  return list;
}

export type Options = Record<string, string | number | boolean>;

/**
 * @param names the options that are read, with spaces between; those behind a `?` are booleans
 * @param strict whether what is no object is refused, rather than made one
 */
export function optionsOf(given: unknown, names: string, strict: boolean): Options {
  const options = create(null) as Options;
  if (given === undefined) return options;
  if (given === null || (strict && typeof given !== 'object' && typeof given !== 'function'))
    throw new TypeError('The options must be an object');
  const from = NativeObject(given) as Record<string, unknown>;
  const list = split(names, ' ');
  for (let index = 0; index < list.length; index += 1) {
    let name = list[index] as string;
    const isBoolean = name[0] === '?';
    if (isBoolean) name = (split(name, '?') as [string, string])[1];
    const value = from[name];
    if (value === undefined) continue;
    if (isBoolean) options[name] = Boolean(value);
    // `useGrouping` may be a boolean or a word; of JSON's numbers only finite ones would cross.
    else options[name] = typeof value === 'boolean' && name === 'useGrouping' ? value : toText(value);
  }
  return options;
}

/** By which the host knows a formatter. */
export const keyOf = (kind: string, locales: readonly string[], options: Options): string => jsonStringify({ kind, locales, options });

/** A number, a bigint or the text of a number as they cross: JSON knows neither NaN nor -0. */
export function numeric(value: unknown): string {
  if (typeof value === 'object' && value !== null) return numeric(toPrimitive(value));
  if (typeof value === 'bigint') return 'b' + value;
  if (typeof value === 'string') return 's' + value;
  return numberText(value);
}

export function numberText(value: unknown): string {
  const number = +(value as number);
  return 'n' + (number === 0 && 1 / number < 0 ? '-0' : number);
}

function toPrimitive(value: object): unknown {
  const exotic = (value as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive];
  if (exotic !== undefined && exotic !== null) return +(value as unknown as number);
  const plain = (value as { valueOf(): unknown }).valueOf();
  return typeof plain === 'object' || typeof plain === 'function' ? '' + (value as unknown as string) : plain;
}

export const ask = (key: string, ...args: unknown[]): any => compute('intl', key, args);

/** Throws what Intl throws at tags that are none. */
export const canonical = (locales: unknown): string[] => ask('', 'getCanonicalLocales', localesOf(locales)) as string[];

const digits =
  'minimumIntegerDigits minimumFractionDigits maximumFractionDigits minimumSignificantDigits maximumSignificantDigits roundingIncrement roundingMode roundingPriority trailingZeroDisplay';

/** The options of each kind. */
export const optionNames = {
  Collator: 'usage localeMatcher collation ?numeric caseFirst sensitivity ?ignorePunctuation',
  DateTimeFormat:
    'localeMatcher calendar numberingSystem ?hour12 hourCycle timeZone weekday era year month day dayPeriod hour minute second fractionalSecondDigits timeZoneName formatMatcher dateStyle timeStyle',
  DisplayNames: 'localeMatcher style type fallback languageDisplay',
  DurationFormat:
    'localeMatcher numberingSystem style years yearsDisplay months monthsDisplay weeks weeksDisplay days daysDisplay hours hoursDisplay minutes minutesDisplay seconds secondsDisplay milliseconds millisecondsDisplay microseconds microsecondsDisplay nanoseconds nanosecondsDisplay fractionalDigits',
  ListFormat: 'localeMatcher type style',
  NumberFormat:
    'localeMatcher numberingSystem style currency currencyDisplay currencySign unit unitDisplay notation ' +
    digits +
    ' compactDisplay useGrouping signDisplay',
  PluralRules: 'localeMatcher type notation ' + digits,
  RelativeTimeFormat: 'localeMatcher numberingSystem style numeric',
  Segmenter: 'localeMatcher granularity',
} as const;
export type Kind = keyof typeof optionNames;
