/** The methods of the language's own objects that ask Intl: toLocaleString and its kin, and localeCompare. */

import { ask, canonical, keyOf, localesOf, numberText, type Options, optionNames, optionsOf } from './locales.ts';
import {
  charCodeAt,
  defineProperty,
  getPrototypeOf,
  hasOwn,
  indexOf,
  join,
  NativeObject,
  push,
  stringSlice,
  toLowerCase,
  toUpperCase,
  typedArrayLength,
  uncurry,
} from './primordials.ts';
import { setLength, setName, toText } from './webidl.ts';

const numberValue = uncurry(Number.prototype.valueOf);
const bigintValue = uncurry(BigInt.prototype.valueOf);
const timeOf = uncurry(Date.prototype.getTime);

/** @param length how many arguments it counts */
function replace(target: object, name: string, length: number, act: Function): void {
  setName(act, name);
  setLength(act, length);
  defineProperty(target, name, { value: act, writable: true, enumerable: false, configurable: true });
}

const format = (kind: 'NumberFormat' | 'DateTimeFormat', locales: unknown, options: Options, value: string): string =>
  ask(keyOf(kind, localesOf(locales), options), 'format', value) as string;

replace(
  Number.prototype,
  'toLocaleString',
  0,
  {
    act(this: number, locales?: unknown, options?: unknown): string {
      const value = numberText(numberValue(this));
      return format('NumberFormat', locales, optionsOf(options, optionNames.NumberFormat, false), value);
    },
  }.act,
);
replace(
  BigInt.prototype,
  'toLocaleString',
  0,
  {
    act(this: bigint, locales?: unknown, options?: unknown): string {
      const value = 'b' + bigintValue(this);
      return format('NumberFormat', locales, optionsOf(options, optionNames.NumberFormat, false), value);
    },
  }.act,
);

const dateFields = ['weekday', 'year', 'month', 'day'];
const timeFields = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits'];

/** Options that say what to show, by default the fields of the date, of the time, or of both. */
function dateOptions(given: unknown, date: boolean, time: boolean): Options {
  const options = optionsOf(given, optionNames.DateTimeFormat, false);
  const names = (fields: readonly string[]) => {
    for (let index = 0; index < fields.length; index += 1) if (hasOwn(options, fields[index] as string)) return true;
    return false;
  };
  const styled = hasOwn(options, 'dateStyle') || hasOwn(options, 'timeStyle');
  if (hasOwn(options, 'timeStyle') && !time) throw new TypeError('A date has no timeStyle');
  if (hasOwn(options, 'dateStyle') && !date) throw new TypeError('A time has no dateStyle');
  if (styled || (date && names(dateFields)) || (time && names(timeFields))) return options;
  if (date) options['year'] = options['month'] = options['day'] = 'numeric';
  if (time) options['hour'] = options['minute'] = options['second'] = 'numeric';
  return options;
}

for (const [name, date, time] of [
  ['toLocaleString', true, true],
  ['toLocaleDateString', true, false],
  ['toLocaleTimeString', false, true],
] as const) {
  replace(
    Date.prototype,
    name,
    0,
    {
      act(this: Date, locales?: unknown, options?: unknown): string {
        const value = timeOf(this);
        if (value !== value) return 'Invalid Date';
        return format('DateTimeFormat', locales, dateOptions(options, date, time), numberText(value));
      },
    }.act,
  );
}

function joined(list: ArrayLike<unknown>, length: number, locales: unknown, options: unknown): string {
  const texts: string[] = [];
  for (let index = 0; index < length; index += 1) {
    const item = list[index] as { toLocaleString(locales?: unknown, options?: unknown): unknown } | null | undefined;
    push(texts, item === undefined || item === null ? '' : toText(item.toLocaleString(locales, options)));
  }
  return join(texts, ',');
}

/** Arrays that are being written: one in itself is nothing. */
const open: object[] = [];

replace(
  Array.prototype,
  'toLocaleString',
  0,
  {
    act(this: unknown, locales?: unknown, options?: unknown): string {
      if (this === undefined || this === null) throw new TypeError('This is no array');
      const list = NativeObject(this) as ArrayLike<unknown>;
      for (let index = 0; index < open.length; index += 1) if (open[index] === list) return '';
      push(open, list);
      try {
        return joined(list, list.length, locales, options);
      } finally {
        open.length -= 1;
      }
    },
  }.act,
);
replace(
  getPrototypeOf(Uint8Array.prototype) as object,
  'toLocaleString',
  0,
  {
    act(this: ArrayLike<unknown>, locales?: unknown, options?: unknown): string {
      return joined(this, typedArrayLength(this), locales, options);
    },
  }.act,
);

/** The ASCII characters in the order in which English sorts them, letters without their case. */
const order = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz';

/** How English sorts texts of ASCII: a crossing to the host for each step of a sort would cost too much. `undefined` for other texts. */
function compareAscii(x: string, y: string): number | undefined {
  const length = x.length > y.length ? x.length : y.length;
  if (length > 256) return undefined;
  let base = 0;
  let cases = 0;
  for (let at = 0; at < length; at += 1) {
    const a = at < x.length ? charCodeAt(x, at) : 0;
    const b = at < y.length ? charCodeAt(y, at) : 0;
    if ((a < 32 && at < x.length) || (b < 32 && at < y.length) || a > 126 || b > 126) return undefined;
    if (a === b || base !== 0) continue;
    const aUpper = a >= 65 && a <= 90;
    const bUpper = b >= 65 && b <= 90;
    const aAt = at < x.length ? indexOf(order, toLowerCase(x[at] as string)) : -1;
    const bAt = at < y.length ? indexOf(order, toLowerCase(y[at] as string)) : -1;
    if (aAt !== bAt) base = aAt < bAt ? -1 : 1;
    else if (cases === 0 && aUpper !== bUpper) cases = aUpper ? 1 : -1;
  }
  return base !== 0 ? base : cases;
}

const english = (locales: unknown): boolean => locales === undefined || locales === 'en' || locales === 'en-US';

replace(
  String.prototype,
  'localeCompare',
  1,
  {
    act(this: unknown, that: unknown, locales?: unknown, options?: unknown): number {
      if (this === undefined || this === null) throw new TypeError('This is no string');
      const x = toText(this);
      const y = toText(that);
      const known = options === undefined && english(locales) ? compareAscii(x, y) : undefined;
      if (known !== undefined) return known;
      return ask(keyOf('Collator', localesOf(locales), optionsOf(options, optionNames.Collator, false)), 'compare', x, y) as number;
    },
  }.act,
);

/** The languages that have letters of their own to change. */
const special = 'az el lt tr';

for (const [name, plain] of [
  ['toLocaleUpperCase', toUpperCase],
  ['toLocaleLowerCase', toLowerCase],
] as const) {
  replace(
    String.prototype,
    name,
    0,
    {
      act(this: unknown, locales?: unknown): string {
        if (this === undefined || this === null) throw new TypeError('This is no string');
        const text = toText(this);
        if (english(locales)) return plain(text);
        const tags = canonical(locales);
        const language = tags.length === 0 ? 'en' : stringSlice(tags[0] as string, 0, 2);
        return indexOf(special, language) === -1 ? plain(text) : (ask('', name, text, tags) as string);
      },
    }.act,
  );
}
