/** console: each call is one line of the log. */

import { calls } from './calls.ts';
import { elapsed as now } from './clock.ts';
import { host } from './host.ts';
import { inspect, maxLength } from './inspect.ts';
import {
  create,
  defineProperty,
  getOwnPropertyDescriptor,
  isArray,
  join,
  jsonStringify,
  keys,
  mapDelete,
  mapGet,
  mapSet,
  mapSize,
  NativeMap,
  padStart,
  push,
  repeat,
  split,
  stringSlice,
} from './primordials.ts';
import { hasNul, toText } from './webidl.ts';

const debug = 0,
  info = 1,
  warn = 2,
  error = 3;
const maxLabels = 1_000;

const counts = new NativeMap<string, number>();
const starts = new NativeMap<string, number>();
let indent = '';

function line(level: number, text: string): void {
  if (calls.isMuted) return;
  const all = indent === '' ? text : indent + join(split(text, '\n'), '\n' + indent);
  const cut = all.length > maxLength ? stringSlice(all, 0, maxLength - 1) + '…' : all;
  calls.isMuted = host.log(level, hasNul(cut) ? join(split(cut, '\0'), '\\0') : cut) === 1;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : inspect(value));

/** `%s` and its kin in the first argument, the rest behind it. */
function format(data: readonly unknown[]): string {
  // A flood of lines that nobody reads is not to cost what making them costs.
  if (data.length === 0 || calls.isMuted) return '';
  const first = data[0];
  let text = '';
  let next = 1;
  if (typeof first !== 'string') text = inspect(first);
  else if (data.length === 1) return first;
  else {
    const parts = split(first, '%');
    text = parts[0] as string;
    for (let index = 1; index < parts.length; index += 1) {
      const part = parts[index] as string;
      if (part === '') {
        // Two percent signs in a row stand for one.
        text += index + 1 < parts.length ? '%' + parts[index + 1] : '%';
        index += 1;
        continue;
      }
      const written = next < data.length ? substitute(part[0] as string, data[next]) : undefined;
      if (written === undefined) text += '%' + part;
      else {
        next += 1;
        text += written + stringSlice(part, 1);
      }
      if (text.length > maxLength) return text;
    }
  }
  for (; next < data.length && text.length <= maxLength; next += 1) text += ' ' + show(data[next]);
  return text;
}

function substitute(specifier: string, value: unknown): string | undefined {
  switch (specifier) {
    case 's':
      return show(value);
    case 'd':
      return typeof value === 'bigint'
        ? inspect(value)
        : typeof value === 'symbol' || typeof value === 'object'
          ? 'NaN'
          : inspect(+(value as number));
    case 'i':
      return typeof value === 'bigint'
        ? inspect(value)
        : typeof value === 'symbol' || typeof value === 'object'
          ? 'NaN'
          : inspect(parseInteger(value));
    case 'f':
      return typeof value === 'symbol' ? 'NaN' : inspect(parseDecimal(typeof value === 'object' ? NaN : value));
    case 'j':
      try {
        return toText(jsonStringify(value));
      } catch {
        return '[not JSON]';
      }
    case 'o':
    case 'O':
      return inspect(value);
    case 'c':
      return '';
    default:
      return undefined;
  }
}

const parseInteger = parseInt as (value: unknown) => number;
const parseDecimal = parseFloat as (value: unknown) => number;

const labelOf = (label: unknown): string => stringSlice(label === undefined ? 'default' : toText(label), 0, 1_000);

/** A table as lines of text: an index, then a column a property. */
function table(rows: unknown, only: unknown): string | undefined {
  if (typeof rows !== 'object' || rows === null) return undefined;
  const names = isArray(only) ? (only as string[]) : [];
  const lines: string[][] = [];
  const columns: string[] = ['(index)'];
  const indexes = keys(rows);
  const read = (target: object, key: string): unknown => getOwnPropertyDescriptor(target, key)?.value;
  const columnOf = (name: string): number => {
    for (let at = 1; at < columns.length; at += 1) if (columns[at] === name) return at;
    return columns.length < 20 ? push(columns, name) - 1 : -1;
  };
  for (let index = 0; index < names.length; index += 1) columnOf(toText(names[index]));
  for (let index = 0; index < indexes.length && index < 100; index += 1) {
    const key = indexes[index] as string;
    const row = read(rows, key);
    const cells = [key];
    if (typeof row === 'object' && row !== null) {
      const fields = names.length > 0 ? names : keys(row);
      for (let field = 0; field < fields.length; field += 1) {
        const at = columnOf(toText(fields[field]));
        const descriptor = getOwnPropertyDescriptor(row, fields[field] as string);
        if (at !== -1 && descriptor !== undefined) cells[at] = inspect(descriptor.value, 0);
      }
    } else if (names.length === 0) cells[columnOf('Values')] = inspect(row, 0);
    push(lines, cells);
  }
  const widths: number[] = [];
  for (let at = 0; at < columns.length; at += 1) {
    widths[at] = (columns[at] as string).length;
    for (const cells of lines) if ((cells[at] ?? '').length > (widths[at] as number)) widths[at] = (cells[at] as string).length;
  }
  const texts: string[] = [];
  for (const cells of [columns, ...lines]) {
    const padded: string[] = [];
    for (let at = 0; at < columns.length; at += 1) push(padded, padStart(cells[at] ?? '', widths[at] as number));
    push(texts, join(padded, ' | '));
  }
  return join(texts, '\n');
}

const methods = {
  log: (...data: unknown[]): void => line(info, format(data)),
  info: (...data: unknown[]): void => line(info, format(data)),
  debug: (...data: unknown[]): void => line(debug, format(data)),
  warn: (...data: unknown[]): void => line(warn, format(data)),
  error: (...data: unknown[]): void => line(error, format(data)),
  trace: (...data: unknown[]): void => {
    const { stack } = new Error();
    line(info, 'Trace' + (data.length > 0 ? ': ' + format(data) : '') + '\n' + (stack ?? ''));
  },
  assert: (condition?: unknown, ...data: unknown[]): void => {
    if (!condition) line(error, data.length > 0 ? 'Assertion failed: ' + format(data) : 'Assertion failed');
  },
  clear: (): void => {
    indent = '';
  },
  count: (label?: string): void => {
    const name = labelOf(label);
    const count = (mapGet(counts, name) ?? 0) + 1;
    if (count > 1 || mapSize(counts) < maxLabels) mapSet(counts, name, count);
    line(info, name + ': ' + count);
  },
  countReset: (label?: string): void => {
    const name = labelOf(label);
    if (!mapDelete(counts, name)) line(warn, 'There is no count ' + name);
  },
  dir: (item?: unknown, options?: { depth?: number | null }): void =>
    line(info, inspect(item, options?.depth === null ? 10 : (options?.depth ?? 4))),
  dirxml: (...data: unknown[]): void => line(info, format(data)),
  group: (...data: unknown[]): void => {
    if (data.length > 0) line(info, format(data));
    if (indent.length < 40) indent = repeat(' ', indent.length + 2);
  },
  groupCollapsed: (...data: unknown[]): void => methods.group(...data),
  groupEnd: (): void => {
    indent = repeat(' ', indent.length > 2 ? indent.length - 2 : 0);
  },
  table: (rows?: unknown, only?: unknown): void => line(info, table(rows, only) ?? show(rows)),
  time: (label?: string): void => {
    const name = labelOf(label);
    if (mapGet(starts, name) !== undefined) line(warn, 'The timer ' + name + ' is running already');
    else if (mapSize(starts) < maxLabels) mapSet(starts, name, now());
  },
  timeEnd: (label?: string): void => {
    const name = labelOf(label);
    elapsed(name, []);
    mapDelete(starts, name);
  },
  timeLog: (label?: string, ...data: unknown[]): void => elapsed(labelOf(label), data),
};

function elapsed(name: string, data: unknown[]): void {
  const start = mapGet(starts, name);
  if (start === undefined) line(warn, 'There is no timer ' + name);
  else line(info, name + ': ' + (now() - start) + 'ms' + (data.length > 0 ? ' ' + format(data) : ''));
}

/** A namespace object: its prototype is an empty object. */
export const console = create(create(Object.prototype) as object) as typeof methods;
for (const name of keys(methods) as (keyof typeof methods)[]) {
  defineProperty(console, name, { value: methods[name], writable: true, enumerable: true, configurable: true });
}
defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });
