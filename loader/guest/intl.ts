/**
 * Intl over the host's own. An object keeps its locales and options as text and nothing of the host's, so it lives on in
 * a snapshot, and the host may forget its formatter at any time.
 */

import { ask, canonical, defineLocales, type Kind, keyOf, localesOf, numberText, numeric, optionNames, optionsOf } from './locales.ts';
import { create, defineProperty, floor, isArray, keys, now, objectPrototype, push, stringSlice } from './primordials.ts';
import { setLength, setName, toText } from './webidl.ts';

/** What each object is to the host, and the function that its getter binds. */
interface State {
  readonly kind: Kind;
  readonly key: string;
  bound: Function | undefined;
}

/** Puts a private field on any object: a class's constructor may give another object than its own. */
class Given {
  constructor(object: object) {
    return object;
  }
}
class Stated extends Given {
  #state: State;
  constructor(object: object, state: State) {
    super(object);
    this.#state = state;
  }
  static of(object: unknown, kind: Kind): State {
    if (typeof object !== 'object' || object === null || !(#state in object) || (object as Stated).#state.kind !== kind)
      throw new TypeError('This is no Intl.' + kind);
    return (object as Stated).#state;
  }
}

type Encode = (args: readonly any[]) => unknown[];

/** The method's name, how many arguments it counts, and what its arguments are to the host. */
type Methods = Readonly<Record<string, readonly [length: number, encode: Encode]>>;

export const Intl = create(objectPrototype) as Record<string, any>;
defineProperty(Intl, Symbol.toStringTag, { value: 'Intl', configurable: true });

function hidden(target: object, name: PropertyKey, value: unknown): void {
  defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}

function method(target: object, name: string, length: number, act: Function): void {
  setName(act, name);
  setLength(act, length);
  hidden(target, name, act);
}

/** @param plain whether it can be called without `new` */
function define(kind: Kind, methods: Methods, plain: boolean, getter?: string, needed = 0): void {
  const strict = !(plain || kind === 'PluralRules');
  // No class: some can be called, and those that cannot must say so themselves.
  const constructor: any = function (this: unknown, locales?: unknown, options?: unknown): object {
    if (new.target === undefined) {
      if (plain) return new constructor(locales, options);
      throw new TypeError('Intl.' + kind + ' needs new');
    }
    const object = create((new.target.prototype as object | undefined) ?? constructor.prototype) as object;
    const list = localesOf(locales);
    if (needed > 1 && options === undefined) throw new TypeError('Intl.' + kind + ' needs options');
    const key = keyOf(kind, list, optionsOf(options, optionNames[kind], strict));
    // Whatever is wrong with them is thrown here.
    ask(key, 'resolvedOptions');
    new Stated(object, { kind, key, bound: undefined });
    return object;
  };
  setName(constructor, kind);
  setLength(constructor, needed);
  const { prototype } = constructor as { prototype: object };
  hidden(prototype, 'constructor', constructor);
  defineProperty(constructor, 'prototype', { writable: false });
  defineProperty(prototype, Symbol.toStringTag, { value: 'Intl.' + kind, configurable: true });
  const names = keys(methods);
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    const [length, encode] = methods[name] as Methods[string];
    if (name === getter) {
      const get = {
        get(this: unknown) {
          const state = Stated.of(this, kind);
          return (state.bound ??= anonymous((...args) => ask(state.key, name, ...encode(args)), length));
        },
      }.get;
      setName(get, 'get ' + name);
      defineProperty(prototype, name, { get, enumerable: false, configurable: true });
    } else {
      method(
        prototype,
        name,
        length,
        {
          act(this: unknown, ...args: unknown[]) {
            const { key } = Stated.of(this, kind);
            return ask(key, name, ...encode(args));
          },
        }.act,
      );
    }
  }
  method(
    prototype,
    'resolvedOptions',
    0,
    {
      act(this: unknown) {
        return ask(Stated.of(this, kind).key, 'resolvedOptions');
      },
    }.act,
  );
  method(constructor, 'supportedLocalesOf', 1, (locales: unknown, options: unknown) =>
    ask('', 'supportedLocalesOf', kind, localesOf(locales), optionsOf(options, 'localeMatcher', false)),
  );
  hidden(Intl, kind, constructor);
}

function anonymous(act: (...args: any[]) => unknown, length: number): Function {
  setName(act, '');
  setLength(act, length);
  return act;
}

const dateText = (value: unknown): string => numberText(value === undefined ? now() : value);

function range(from: unknown, to: unknown, text: (value: unknown) => string): unknown[] {
  if (from === undefined || to === undefined) throw new TypeError('A range needs both its ends');
  return [text(from), text(to)];
}

const oneNumber: readonly [number, Encode] = [1, ([value]) => [numeric(value)]];
const numbers: readonly [number, Encode] = [2, ([from, to]) => range(from, to, numeric)];
const oneDate: readonly [number, Encode] = [1, ([value]) => [dateText(value)]];
const dates: readonly [number, Encode] = [2, ([from, to]) => range(from, to, numberText)];
const relative: readonly [number, Encode] = [2, ([value, unit]) => [numberText(value), toText(unit)]];
const plural: readonly [number, Encode] = [1, ([value]) => [numberText(value)]];
const list: readonly [number, Encode] = [1, ([items]) => [items === undefined ? [] : textsOf(items)]];
const units = 'years months weeks days hours minutes seconds milliseconds microseconds nanoseconds';
const duration: readonly [number, Encode] = [1, ([value]) => [typeof value === 'string' ? value : optionsOf(value ?? 0, units, true)]];

function textsOf(items: Iterable<unknown>): string[] {
  const texts: string[] = [];
  for (const item of items) {
    if (typeof item !== 'string') throw new TypeError('A list that is to be formatted holds strings only');
    push(texts, item);
  }
  return texts;
}

define('Collator', { compare: [2, ([x, y]) => [toText(x), toText(y)]] }, true, 'compare');
define('DateTimeFormat', { format: oneDate, formatToParts: oneDate, formatRange: dates, formatRangeToParts: dates }, true, 'format');
define('NumberFormat', { format: oneNumber, formatToParts: oneNumber, formatRange: numbers, formatRangeToParts: numbers }, true, 'format');
define('PluralRules', { select: plural, selectRange: [2, ([from, to]) => range(from, to, numberText)] }, false);
define('RelativeTimeFormat', { format: relative, formatToParts: relative }, false);
define('ListFormat', { format: list, formatToParts: list }, false);
define('DurationFormat', { format: duration, formatToParts: duration }, false);
define('DisplayNames', { of: [1, ([code]) => [toText(code)]] }, false, undefined, 2);
define('Segmenter', {}, false);

interface Segment {
  segment: string;
  index: number;
  input: string;
  isWordLike?: boolean;
}

class Segments {
  readonly #text: string;
  readonly #starts: readonly number[];
  readonly #words: readonly boolean[] | undefined;

  constructor(text: string, told: { starts: number[]; words?: boolean[] }) {
    this.#text = text;
    this.#starts = told.starts;
    this.#words = told.words;
  }

  #at(at: number): Segment {
    const index = this.#starts[at] as number;
    const found: Segment = { segment: stringSlice(this.#text, index, this.#starts[at + 1]), index, input: this.#text };
    if (this.#words !== undefined) found.isWordLike = this.#words[at] as boolean;
    return found;
  }

  containing(index?: number): Segment | undefined {
    const number = +(index as number);
    const at = number !== number ? 0 : number < 0 ? -floor(-number) : floor(number);
    if (at < 0 || at >= this.#text.length) return undefined;
    let segment = 0;
    while (segment + 1 < this.#starts.length && (this.#starts[segment + 1] as number) <= at) segment += 1;
    return this.#at(segment);
  }

  *[Symbol.iterator](): Generator<Segment> {
    for (let at = 0; at < this.#starts.length; at += 1) yield this.#at(at);
  }
}

method(
  Intl['Segmenter'].prototype,
  'segment',
  1,
  {
    act(this: unknown, input: unknown) {
      const { key } = Stated.of(this, 'Segmenter');
      const text = toText(input);
      return new Segments(text, ask(key, 'segment', text));
    },
  }.act,
);

const localeOptions = 'language script region variants calendar collation firstDayOfWeek hourCycle caseFirst ?numeric numberingSystem';

/** What a Locale is: its text and its parts, told by the host once. */
class Locale {
  readonly #told: Readonly<Record<string, any>>;

  constructor(tag: unknown, options?: unknown) {
    if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null))
      throw new TypeError('A locale is made of a string or a Locale');
    const text = typeof tag === 'string' ? tag : (Locale.textOf(tag) ?? toText(tag));
    this.#told = ask('', 'locale', text, optionsOf(options, localeOptions, false)) as Record<string, any>;
  }

  static textOf(value: object): string | undefined {
    return #told in value ? ((value as Locale).#told['text'] as string) : undefined;
  }

  static part(value: Locale, name: string): unknown {
    return value.#told[name];
  }

  toString(): string {
    return this.#told['text'] as string;
  }

  maximize(): Locale {
    return new Locale(ask('', 'maximize', this.#told['text']));
  }

  minimize(): Locale {
    return new Locale(ask('', 'minimize', this.#told['text']));
  }
}
const { textOf, part } = Locale;
delete (Locale as { textOf?: unknown }).textOf;
delete (Locale as { part?: unknown }).part;
for (const name of [
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
]) {
  const get = {
    get(this: Locale) {
      return part(this, name);
    },
  }.get;
  setName(get, 'get ' + name);
  defineProperty(Locale.prototype, name, { get, enumerable: false, configurable: true });
}
for (const name of [
  'getCalendars',
  'getCollations',
  'getHourCycles',
  'getNumberingSystems',
  'getTextInfo',
  'getTimeZones',
  'getWeekInfo',
]) {
  method(
    Locale.prototype,
    name,
    0,
    {
      act(this: Locale) {
        const value = part(this, name);
        return isArray(value) ? [...value] : value === undefined ? undefined : { ...(value as object) };
      },
    }.act,
  );
}
setName(Locale, 'Locale');
setLength(Locale, 1);
defineProperty(Locale.prototype, Symbol.toStringTag, { value: 'Intl.Locale', configurable: true });
hidden(Intl, 'Locale', Locale);
defineLocales(textOf);

method(Intl, 'getCanonicalLocales', 1, (locales: unknown) => canonical(locales));
method(Intl, 'supportedValuesOf', 1, (key: unknown) => ask('', 'supportedValuesOf', toText(key)));
