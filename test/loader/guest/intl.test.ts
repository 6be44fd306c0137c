/** Intl and the methods that ask it, measured against Node's. */

import assert from 'node:assert/strict';
import { keptFormatters } from '../../../loader/sandbox/intl.ts';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const kinds = [
  'Collator',
  'DateTimeFormat',
  'DisplayNames',
  'DurationFormat',
  'ListFormat',
  'Locale',
  'NumberFormat',
  'PluralRules',
  'RelativeTimeFormat',
  'Segmenter',
];

compareWithNode('the shape of Intl', [
  `Object.prototype.toString.call(Intl)`,
  ...kinds.flatMap((kind) => [
    `[Intl.${kind}.length, Intl.${kind}.name, Reflect.ownKeys(Intl.${kind}).map(String).sort()]`,
    `Intl.${kind}.prototype[Symbol.toStringTag]`,
    `Reflect.ownKeys(Intl.${kind}.prototype).map(String).filter((name) => name !== 'variants').sort()`,
    `Intl.${kind}.prototype.toString.call({})`,
  ]),
  `Intl.NumberFormat.prototype.formatToParts.length`,
  `Intl.NumberFormat.prototype.format`,
  `Intl.NumberFormat.prototype.formatToParts.call(new Intl.ListFormat('en'), 1)`,
  `Object.getOwnPropertyDescriptor(Intl.NumberFormat.prototype, 'format').get.name`,
  `((format) => [format === format, format.name, format.length])(new Intl.NumberFormat('en').format)`,
  `((one) => one.format === one.format)(new Intl.NumberFormat('en'))`,
  `new (class Own extends Intl.NumberFormat {})('de').format(1.5)`,
  `Intl.NumberFormat('en').format(1)`,
  `Intl.PluralRules('en')`,
]);

compareWithNode('Intl.NumberFormat', [
  `new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).formatToParts(-1234.5)`,
  `new Intl.NumberFormat('en').format('123456789012345678901234567890')`,
  `new Intl.NumberFormat('en').format(12345678901234567890n)`,
  `[-0, NaN, Infinity, undefined, null, true, '0x10', {}, []].map((value) => new Intl.NumberFormat('en').format(value))`,
  `new Intl.NumberFormat('en').format(Symbol())`,
  `new Intl.NumberFormat('en').format({ valueOf: () => 5n })`,
  `new Intl.NumberFormat('en').formatRange(1, 5)`,
  `new Intl.NumberFormat('en').formatRange(1)`,
  `[1, 2, 3].map(new Intl.NumberFormat('de', { minimumFractionDigits: 2 }).format)`,
  `new Intl.NumberFormat('en', { useGrouping: false }).format(12345)`,
  `new Intl.NumberFormat('en', { get style() { return 'percent'; } }).format(0.5)`,
  `new Intl.NumberFormat('xx-invalid-tag-zzzzzzzzzzzz')`,
  `new Intl.NumberFormat('en', { style: 'bogus' })`,
  `new Intl.NumberFormat('en', { style: 'currency' })`,
  `new Intl.NumberFormat('en', { minimumFractionDigits: NaN })`,
  `new Intl.NumberFormat('en', null)`,
  `new Intl.NumberFormat(null)`,
  `new Intl.NumberFormat([1])`,
  `new Intl.NumberFormat(new Intl.Locale('de')).format(1.5)`,
  `new Intl.NumberFormat(['de', 'en'], { maximumFractionDigits: 0 }).resolvedOptions()`,
  `Intl.NumberFormat.supportedLocalesOf(['de', 'xx'])`,
]);

compareWithNode('Intl.DateTimeFormat', [
  `new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'long', timeZone: 'Europe/Berlin' }).format(0)`,
  `new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).formatToParts(new Date(0))`,
  `new Intl.DateTimeFormat('en', { timeZone: 'UTC' }).formatRange(0, 86400000 * 3)`,
  `new Intl.DateTimeFormat('en', { timeZone: 'UTC', hour: 'numeric', hour12: false }).format(0)`,
  `new Intl.DateTimeFormat('en').format(NaN)`,
  `new Intl.DateTimeFormat('en', { timeZone: 'Nowhere/X' })`,
  `new Intl.DateTimeFormat('de', { timeZone: 'Asia/Tokyo' }).resolvedOptions()`,
]);

compareWithNode('the other kinds', [
  `['z10', 'z2'].sort(new Intl.Collator('en', { numeric: true }).compare)`,
  `new Intl.PluralRules('en', { type: 'ordinal' }).select(2)`,
  `new Intl.PluralRules('ar').resolvedOptions()`,
  `new Intl.PluralRules('en').selectRange(1, 2)`,
  `new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')`,
  `new Intl.RelativeTimeFormat('es').formatToParts(2.5, 'months')`,
  `new Intl.RelativeTimeFormat('en').format(1, 'bogus')`,
  `new Intl.RelativeTimeFormat('en').format(1n, 'day')`,
  `new Intl.ListFormat('en', { type: 'disjunction' }).format(new Set(['a', 'b', 'c']))`,
  `new Intl.ListFormat('en').formatToParts(['a', 'b'])`,
  `new Intl.ListFormat('en').format([1])`,
  `[...new Intl.Segmenter('en', { granularity: 'word' }).segment('Hello, wörld! 👩‍👩‍👧')]`,
  `[2, 9, -1, 'x', 1.7].map((at) => new Intl.Segmenter('en').segment('héllo').containing(at))`,
  `new Intl.DisplayNames('en', { type: 'region' }).of('DE')`,
  `new Intl.DisplayNames('en')`,
  `new Intl.DisplayNames('en', { type: 'currency' }).of('bogus1')`,
  `new Intl.DurationFormat('en').format({ hours: 1, minutes: 2 })`,
  `Intl.getCanonicalLocales(['EN-us', 'De'])`,
  `Intl.supportedValuesOf('currency').length`,
  `Intl.supportedValuesOf('bogus')`,
  `((one) => [one.baseName, one.script, one.numeric, one.calendar])(new Intl.Locale('en-Latn-US-u-ca-buddhist', { numeric: true }))`,
  `String(new Intl.Locale('zh').maximize())`,
]);

const ascii = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at));

compareWithNode('methods that ask Intl', [
  `(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })`,
  `(12345678901234567890n).toLocaleString('en-IN')`,
  `Number.prototype.toLocaleString.call('x')`,
  `new Date(0).toLocaleDateString('de', { timeZone: 'UTC' })`,
  `new Date(0).toLocaleTimeString('en-GB', { timeZone: 'Asia/Tokyo' })`,
  `new Date(0).toLocaleDateString('en', { timeStyle: 'short' })`,
  `new Date(0).toLocaleDateString('en', { timeZone: 'UTC', hour: 'numeric' })`,
  `new Date(0).toLocaleString('en', { timeZone: 'UTC', weekday: 'long' })`,
  `new Date(NaN).toLocaleString()`,
  `[1234.5, 'a', null, undefined, [1234]].toLocaleString('de')`,
  `new Uint16Array([1234, 5]).toLocaleString('de')`,
  `((list) => (list.push(list), list.toLocaleString('en')))([1])`,
  `['b', 'a', 'B', 'A', '_', '1', 'é', 'z', 'Z', ' ', '-', ''].sort((x, y) => x.localeCompare(y, 'en'))`,
  `'a'.localeCompare('Ä', 'de', { sensitivity: 'base' })`,
  `((all) => all.map((x) => all.map((y) => x.localeCompare(y, 'en')).join('')))(${JSON.stringify(ascii)})`,
  `['ab', 'aB', 'Ab', 'AB', 'a b', 'a-b', 'b', 'aa', 'a'].map((x, at, all) => all.map((y) => x.localeCompare(y, 'en')).join('')) `,
  `'i'.toLocaleUpperCase('tr')`,
  `'I'.toLocaleLowerCase(['tr'])`,
  `'straße'.toLocaleUpperCase('de')`,
  `'x'.toLocaleUpperCase('not a tag!')`,
  `[].toLocaleString.length + Date.prototype.toLocaleDateString.length + ''.localeCompare.length`,
]);

describe('Intl by default', () => {
  let realm: Realm;
  before(async () => {
    realm = await openRealm();
  });
  after(() => realm[Symbol.dispose]());

  it('is American English in UTC, wherever the host stands', async () => {
    assert.deepEqual(
      await realm.run(
        `[new Intl.DateTimeFormat().resolvedOptions(), new Intl.NumberFormat('xx').resolvedOptions()].flatMap((one) => [one.locale, one.timeZone])`,
      ),
      ['en-US', 'UTC', 'en-US', '<undefined>'],
    );
    assert.equal(await realm.run(`new Date(0).toLocaleString().replaceAll('\\u202f', ' ')`), '1/1/1970, 12:00:00 AM');
    assert.equal(await realm.run(`(1234567.891).toLocaleString()`), '1,234,567.891');
  });

  it('formats the time that it is where no date is given', async () => {
    assert.equal(await realm.run(`new Intl.DateTimeFormat('en').format() === new Intl.DateTimeFormat('en').format(Date.now())`), true);
  });

  it('refuses a text that is too long', async () => {
    assert.equal(await realm.run(`new Intl.Segmenter().segment('x'.repeat(100_000))`), 'throws RangeError');
  });

  it('keeps a bounded number of formatters in the host', async () => {
    const last = await realm.run(
      `Array.from({ length: 400 }, (_, at) => new Intl.NumberFormat('en', { style: 'unit', unit: 'liter', maximumFractionDigits: at % 100, minimumIntegerDigits: 1 + (at / 100 | 0) }).format(1)).at(-1)`,
    );
    assert.equal(last, '0,001 L');
    assert.equal(keptFormatters(), 200);
  });
});
