/** A value as text in the form of Node's `util.inspect`: what people and tests read. Columns of numbers are not aligned. */

import { types } from './util/types.ts';

export interface InspectOptions {
  readonly depth?: number | null;
  readonly showHidden?: boolean;
  readonly breakLength?: number;
  readonly compact?: number | boolean;
  readonly sorted?: boolean;
  readonly maxArrayLength?: number | null;
  readonly maxStringLength?: number | null;
  readonly colors?: boolean;
}

const custom: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

interface Writing {
  readonly options: Required<Omit<InspectOptions, 'colors'>>;
  readonly open: object[];
  circular: Map<object, number> | undefined;
  indent: number;
  /** That of the object last begun: how deep the text goes below one that is being laid out. */
  depth: number;
}

const defaults: Writing['options'] = {
  ...{ depth: 2, showHidden: false, breakLength: 80, compact: 3, sorted: false },
  ...{ maxArrayLength: 100, maxStringLength: 10_000 },
};

function inspect(value: unknown, options: InspectOptions | boolean = {}, depth?: number): string {
  const given = typeof options === 'boolean' ? { showHidden: options, ...(depth === undefined ? {} : { depth }) } : options;
  const writing: Writing = { options: { ...defaults, ...given }, open: [], circular: undefined, indent: 0, depth: 0 };
  return write(value, 0, writing, false);
}

export function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
  const escaped = text.replace(/[\u0000-\u001f\u007f-\u009f\\]|\p{Surrogate}/gu, (char) => escapes[char] ?? hex(char));
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' },
};

function hex(char: string): string {
  const code = char.charCodeAt(0).toString(16).toUpperCase();
  return char.charCodeAt(0) > 0xff ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
}

function write(value: unknown, depth: number, writing: Writing, typed: boolean): string {
  switch (typeof value) {
    case 'string': {
      const most = writing.options.maxStringLength ?? Number.POSITIVE_INFINITY;
      const rest = value.length - most;
      const more = rest > 0 ? `... ${rest} more character${rest > 1 ? 's' : ''}` : '';
      return quote(rest > 0 ? value.slice(0, most) : value) + more;
    }
    case 'number':
      return Object.is(value, -0) ? '-0' : `${value}`;
    case 'bigint':
      return `${value}n`;
    case 'object':
    case 'function':
      return value === null ? 'null' : writeObject(value, depth, writing, typed);
    default:
      return String(value);
  }
}

function writeObject(value: object, depth: number, writing: Writing, typed: boolean): string {
  const { options, open } = writing;
  const own = (value as { [custom]?: unknown })[custom];
  if (typeof own === 'function' && own !== inspect) {
    const left = options.depth === null ? null : options.depth - depth;
    const text: unknown = own.call(value, left, { ...options, stylize: String }, inspect);
    if (text !== value)
      return typeof text === 'string' ? text.replaceAll('\n', `\n${' '.repeat(writing.indent)}`) : write(text, depth, writing, typed);
  }
  if (open.includes(value)) {
    writing.circular ??= new Map();
    const number = writing.circular.get(value) ?? writing.circular.size + 1;
    writing.circular.set(value, number);
    return `[Circular *${number}]`;
  }
  const { prefix, braces, base, entries } = shape(value, writing);
  const keys = keysOf(value, options.showHidden);
  if (entries === undefined && keys.length === 0 && base !== undefined) return base;
  if (entries === undefined && keys.length === 0) return `${prefix}${braces[0]}${braces[1]}`;
  if (options.depth !== null && depth > options.depth) {
    return `[${(nameOf(value) ?? '[Object: null prototype]') || 'Object'}]`;
  }
  open.push(value);
  writing.depth = depth;
  writing.indent += 2;
  const items = entries?.(depth + 1) ?? [];
  for (const key of options.sorted ? keys.sort((a, b) => (String(a) < String(b) ? -1 : 1)) : keys)
    items.push(property(value, key, depth + 1, writing));
  writing.indent -= 2;
  open.pop();
  const reference = writing.circular?.get(value);
  const head = `${reference === undefined ? '' : `<ref *${reference}> `}${base === undefined ? prefix : ''}${braces[0]}${base === undefined ? '' : ` ${base}`}`;
  if (items.length === 0) return `${head}${braces[1]}`;
  return layOut(items, head, braces[1], writing, depth, Array.isArray(value));
}

interface Shape {
  readonly prefix: string;
  readonly braces: readonly [string, string];
  /** What stands for the whole value where it has no properties of its own. */
  readonly base?: string;
  readonly entries?: (depth: number) => string[];
}

const plain = ['{', '}'] as const;
const list = ['[', ']'] as const;

function shape(value: object, writing: Writing): Shape {
  const name = nameOf(value);
  const tag = tagOf(value, name);
  const named = (usual: string, size?: number): string => {
    const counted = size === undefined ? '' : `(${size})`;
    if (name === undefined) return `[${usual}${counted}: null prototype] ${tag}`;
    return name === usual && counted === '' && tag === '' ? '' : `${name}${counted} ${tag}`;
  };
  const each = (count: number, item: (index: number, depth: number) => string) => (depth: number) => {
    const most = Math.min(count, writing.options.maxArrayLength ?? Number.POSITIVE_INFINITY);
    const items = Array.from({ length: most }, (_, index) => item(index, depth));
    return count > most ? [...items, moreItems(count - most)] : items;
  };
  if (Array.isArray(value)) {
    const prefix = name === 'Array' && tag === '' ? '' : named('Array', value.length);
    return value.length === 0 ? { prefix, braces: list } : { prefix, braces: list, entries: (depth) => arrayItems(value, depth, writing) };
  }
  if (types.isTypedArray(value)) {
    const prefix = named(value.constructor?.name ?? 'TypedArray', value.length);
    return {
      prefix,
      braces: list,
      ...(value.length === 0 ? {} : { entries: each(value.length, (i) => write(value[i], 0, writing, true)) }),
    };
  }
  if (types.isMap(value)) {
    const pairs = [...Map.prototype.entries.call(value)] as [unknown, unknown][];
    const entries = each(
      pairs.length,
      (i, depth) => `${write(pairs[i]?.[0], depth, writing, true)} => ${write(pairs[i]?.[1], depth, writing, true)}`,
    );
    return { prefix: named('Map', pairs.length), braces: plain, ...(pairs.length === 0 ? {} : { entries }) };
  }
  if (types.isSet(value)) {
    const items = [...Set.prototype.values.call(value)];
    const entries = each(items.length, (i, depth) => write(items[i], depth, writing, true));
    return { prefix: named('Set', items.length), braces: plain, ...(items.length === 0 ? {} : { entries }) };
  }
  if (types.isAnyArrayBuffer(value)) {
    const bytes = new Uint8Array(value as ArrayBuffer);
    const entries = (): string[] => {
      const shown = Array.from(bytes.subarray(0, 50), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
      return [
        `[Uint8Contents]: <${shown}${bytes.length > 50 ? ` ... ${bytes.length - 50} more bytes` : ''}>`,
        `byteLength: ${bytes.length}`,
      ];
    };
    return { prefix: `${name ?? 'ArrayBuffer'} `, braces: plain, entries };
  }
  if (types.isPromise(value)) return { prefix: `${name ?? 'Promise'} `, braces: plain, entries: () => ['<pending>'] };
  if (types.isWeakMap(value) || types.isWeakSet(value)) return { prefix: `${name} `, braces: plain, entries: () => ['<items unknown>'] };
  if (typeof value === 'function') return { prefix: '', braces: plain, base: functionText(value, name) };
  if (types.isRegExp(value)) return { prefix: '', braces: plain, base: RegExp.prototype.toString.call(value) };
  if (types.isDate(value)) return { prefix: '', braces: plain, base: Number.isNaN(+value) ? 'Invalid Date' : value.toISOString() };
  if (types.isNativeError(value) || value instanceof Error) return { prefix: '', braces: plain, base: errorText(value as Error, writing) };
  if (types.isBoxedPrimitive(value)) {
    const inner = (value as { valueOf(): unknown }).valueOf();
    return {
      prefix: '',
      braces: plain,
      base: `[${Object.prototype.toString.call(value).slice(8, -1)}: ${write(inner, 0, writing, false)}]`,
    };
  }
  return {
    prefix: name === 'Object' && tag === '' ? '' : name === undefined ? `[Object: null prototype] ${tag}` : `${name} ${tag}`,
    braces: plain,
  };
}

function arrayItems(value: readonly unknown[], depth: number, writing: Writing): string[] {
  const most = writing.options.maxArrayLength ?? Number.POSITIVE_INFINITY;
  const items: string[] = [];
  for (let i = 0; i < value.length; ) {
    if (items.length >= most) return [...items, moreItems(value.length - i)];
    let holes = 0;
    while (i + holes < value.length && !Object.hasOwn(value, i + holes)) holes += 1;
    if (holes > 0) items.push(`<${holes} empty item${holes > 1 ? 's' : ''}>`);
    else items.push(write(value[i], depth, writing, true));
    i += Math.max(1, holes);
  }
  return items;
}

function moreItems(count: number): string {
  return `... ${count} more item${count > 1 ? 's' : ''}`;
}

function functionText(value: Function, name: string | undefined): string {
  const source = Function.prototype.toString.call(value);
  if (/^class\b/.test(source)) {
    const parent = Object.getPrototypeOf(value) as Function | null;
    const above = parent === null ? ' extends [null prototype]' : parent.name === '' ? '' : ` extends ${parent.name}`;
    return `[class ${value.name === '' ? '(anonymous)' : value.name}${above}]`;
  }
  return `[${name ?? 'Function'}${value.name === '' ? ' (anonymous)' : `: ${value.name}`}]`;
}

function errorText(error: Error, writing: Writing): string {
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const head = `${error.name}${error.message === '' ? '' : `: ${error.message}`}`;
  // The engine's stacks are the frames alone.
  const text = stack === '' ? `[${head}]` : stack.startsWith(head) ? stack : `${head}\n${stack.trimEnd()}`;
  return text.replaceAll('\n', `\n${' '.repeat(writing.indent)}`);
}

function property(value: object, key: string | symbol, depth: number, writing: Writing): string {
  const found = Object.getOwnPropertyDescriptor(value, key);
  const isAccessor = found !== undefined && (found.get !== undefined || found.set !== undefined);
  const text = isAccessor
    ? `[${[found.get && 'Getter', found.set && 'Setter'].filter(Boolean).join('/')}]`
    : write(found?.value, depth, writing, true);
  const name = typeof key === 'symbol' ? key.toString() : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
  return `${found?.enumerable === false ? `[${name}]` : name}: ${text}`;
}

function keysOf(value: object, hidden: boolean): (string | symbol)[] {
  const indexed = Array.isArray(value) || types.isTypedArray(value) || types.isStringObject(value);
  const names = hidden ? Object.getOwnPropertyNames(value) : Object.keys(value);
  const named = indexed ? names.filter((name) => !/^(?:0|[1-9]\d*)$/.test(name)) : names;
  const symbols = Object.getOwnPropertySymbols(value).filter(
    (symbol) => hidden || Object.prototype.propertyIsEnumerable.call(value, symbol),
  );
  return [...named, ...symbols];
}

function nameOf(value: object): string | undefined {
  for (let object: object | null = value; object !== null; object = Object.getPrototypeOf(object)) {
    const found = Object.getOwnPropertyDescriptor(object, 'constructor')?.value as unknown;
    if (typeof found === 'function' && found.name !== '' && (object !== value || value instanceof found)) return found.name;
  }
  return undefined;
}

function tagOf(value: object, name: string | undefined): string {
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' && tag !== '' && tag !== name && !types.isTypedArray(value) && !types.isPromise(value) ? `[${tag}] ` : '';
}

/** On one line where that is short and not too nested, as Node decides with `compact: 3`. */
function layOut(
  items: readonly string[],
  head: string,
  close: string,
  { options, indent, depth: deepest }: Writing,
  depth: number,
  isList: boolean,
): string {
  const grouped = isList && items.length > 6 && options.compact !== false ? groups(items, options.breakLength) : items;
  const mode = options.compact === true ? 3 : options.compact === false ? 0 : options.compact;
  const isFlat = grouped === items && deepest - depth < mode;
  if (isFlat) {
    const start = items.length + indent + head.length + 10;
    const length = items.reduce((sum, item) => sum + item.length + 1, start);
    if (length <= options.breakLength && !items.some((item) => item.includes('\n'))) {
      return `${head} ${items.join(', ')} ${close}`;
    }
  }
  const line = `\n${' '.repeat(indent)}`;
  return `${head}${line}  ${grouped.join(`,${line}  `)}${line}${close}`;
}

/** Short items of a long array, several to a line. */
function groups(items: readonly string[], breakLength: number): readonly string[] {
  const widest = Math.max(...items.map((item) => item.length)) + 2;
  const total = items.reduce((sum, item) => sum + item.length + 2, 0);
  if (widest * 3 + 2 >= breakLength || (total / widest <= 5 && widest > 8)) return items;
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * Math.max(widest - total / items.length, 1) * items.length) / Math.max(widest - 2, 1)),
    16,
    Math.floor((breakLength - 2) / widest),
    15,
  );
  if (columns <= 1) return items;
  const rows: string[] = [];
  for (let at = 0; at < items.length; at += columns) rows.push(items.slice(at, at + columns).join(', '));
  return rows;
}

const exported = Object.assign(inspect, { custom, defaultOptions: defaults });

export { exported as inspect };
