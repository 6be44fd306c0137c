/** What a hostile caller puts where the document says what may be there. */

// biome-ignore-all lint/suspicious/noExplicitAny: a document is walked by name

/** Text in the place of a parameter, as it is sent. */
export const hostileText = [
  ...[
    '',
    '%00',
    '%0d%0aset-cookie:%20a=b',
    '%ff',
    '%',
    '__proto__',
    'constructor',
    'toString',
    '..%2f..%2fetc',
    '%2e%2e',
    '-1',
    '0',
    '1e400',
  ],
  ...['99999999999999999999', 'NaN', 'null', '%E2%80%AE', "'%20or%201=1--", '$%7B7*7%7D', 'x'.repeat(3_000)],
];

/** Of no parameter of any path. */
export const hostileSegments = [
  ...['%00', '%ff', '%', '__proto__', 'constructor', '..', '%2e%2e', '..%2f..%2fetc', 'A', '%E2%80%AE', "'", '%0d%0a', '-1', '0', '1.5'],
  ...['99999999999999999999', 'x'.repeat(3_000)],
];

/** Whole bodies that are none of any operation. */
export const hostileBodies = [
  ...[
    '',
    ' ',
    'null',
    '0',
    '"x"',
    '[]',
    '[{}]',
    '{',
    '{"a":1}{"a":1}',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":1}}',
  ],
  ...['{"":""}', '{"\\u0000":1}', '['.repeat(10_000), '{"a":'.repeat(10_000), '\u0000', '1e400', '{"a":1e999}'],
];

const hostileValues: readonly unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, '', '\u0000', '\u202e', '\ud800', 'x'.repeat(100_000)],
  ...[[], [[]], [null], {}, { length: 4_294_967_295 }, { toString: 1, valueOf: 2 }, JSON.parse('{"__proto__":{"polluted":true}}')],
];

type Schema = Record<string, any>;

export function resolved(document: any, schema: Schema): Schema {
  if (schema['$ref'] === undefined) return schema;
  const found = (schema['$ref'] as string)
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], document);
  return { ...resolved(document, found), ...(schema['default'] === undefined ? {} : { default: schema['default'] }) };
}

/** Something that fits the schema, as small as may be. */
export function sampleOf(document: any, given: Schema): any {
  const schema = resolved(document, given);
  const [way] = schema['anyOf'] ?? (schema['properties'] === undefined ? schema['oneOf'] : undefined) ?? [];
  if (way !== undefined) return sampleOf(document, way);
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['enum'] !== undefined) return schema['enum'][0];
  const needed = new Set<string>([...(schema['required'] ?? []), ...(schema['oneOf']?.[0]?.required ?? [])]);
  switch ([schema['type']].flat()[0]) {
    case 'object':
      return Object.fromEntries([...needed].map((name) => [name, sampleOf(document, schema['properties'][name])]));
    case 'array':
      return Array.from({ length: schema['minItems'] ?? 0 }, () => sampleOf(document, schema['items']));
    case 'string':
      return schema['pattern'] === '^[A-Z]{3}$' ? 'EUR' : 'x'.repeat(schema['minLength'] ?? 1);
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1;
    case 'boolean':
      return true;
    default:
      return {};
  }
}

export interface Spoiled {
  readonly body: string;
  /** The pointer of the field that there is not; `undefined` where the value is what is odd, and may be taken all the same. */
  readonly unknown: string | undefined;
}

/** Bodies that are as the schema says but for one field, at any depth. */
export function* spoiled(document: any, given: Schema): Generator<Spoiled> {
  const ways = resolved(document, given)['oneOf'] ?? [];
  for (const way of ways.some((one: Schema) => one['$ref'] ?? one['properties']) ? ways : [given]) {
    const schema = resolved(document, way);
    yield* spoiledAt(document, schema, sampleOf(document, schema), '', (value) => value);
  }
}

function* spoiledAt(document: any, given: Schema, sample: any, pointer: string, whole: (value: unknown) => unknown): Generator<Spoiled> {
  const schema = resolved(document, given);
  if (pointer !== '') for (const value of hostileValues) yield { body: JSON.stringify(whole(value)), unknown: undefined };
  if (schema['properties'] !== undefined) {
    if (schema['additionalProperties'] === false) {
      for (const name of ['colour', '__proto__', 'constructor', '\u0000', 'x'.repeat(1_000)]) {
        const value = Object.defineProperty({ ...sample }, name, { value: 1, enumerable: true });
        yield { body: JSON.stringify(whole(value)), unknown: `${pointer}/${name.slice(0, 200)}` };
      }
    }
    for (const [name, inner] of Object.entries<Schema>(schema['properties'])) {
      const part = sampleOf(document, inner);
      yield* spoiledAt(document, inner, part, `${pointer}/${name}`, (value) => whole({ ...sample, [name]: value }));
    }
  } else if (schema['items'] !== undefined && Object.keys(schema['items']).length > 0) {
    const item = sampleOf(document, schema['items']);
    yield* spoiledAt(document, schema['items'], item, `${pointer}/0`, (value) => whole([value, ...(sample as unknown[]).slice(1)]));
  }
}
