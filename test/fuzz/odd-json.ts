/** Generated JSON, as text: near a schema, far from it, or spoiled. */

import fc from 'fast-check';

/** JSON as text, since not all of it is what `JSON.stringify` would make. */
export type Json = fc.Arbitrary<string>;

export const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** What fits nowhere, or only looks as if it did. */
export const oddJson: Json = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '0',
    '-0',
    '1e400',
    '1.5',
    '-1',
    '9007199254740993',
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '[]',
    '{}',
    '[[]]',
    '[null]',
  ),
  fc.constantFrom(
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":1}}',
    '{"toString":1,"valueOf":2,"then":3}',
    '{"":""}',
    '{"length":4294967295}',
  ),
  fc.constantFrom(
    '['.repeat(70) + ']'.repeat(70),
    `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`,
    json('x'.repeat(100_000)),
    json(Array(5_000).fill(0)),
    '"\xc3\x28"',
    '"\xe2\x80\xae"',
  ),
  fc.json({ maxDepth: 3 }),
);

/** One of the right values, mostly. */
export function usually(right: readonly unknown[], odd: readonly unknown[]): Json {
  const mixed = fc.oneof({ weight: 10, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  return mixed.map(json);
}

export function list(item: Json, maxLength: number): Json {
  return fc.array(item, { maxLength }).map((all) => `[${all.join(',')}]`);
}

/** A member of a generated object. */
const member = (name: string, value: Json): fc.Arbitrary<string> => value.map((text) => `${json(name)}:${text}`);

/** An object of some of the members, each now and then given something odd, or twice, or beside one that nobody knows. */
export function nearly(members: Readonly<Record<string, Json>>): Json {
  const some = Object.entries(members).map(([name, value]) =>
    fc.option(member(name, fc.oneof({ weight: 30, arbitrary: value }, { weight: 1, arbitrary: oddJson })), { freq: 15, nil: '' }),
  );
  const more = fc.oneof(
    { weight: 12, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...Object.keys(members), '__proto__', 'unknown', 'x'.repeat(10_000), 'a/b~c'), oddJson)
        .chain(([name, value]) => member(name, fc.constant(value))),
    },
  );
  return fc.tuple(...some, more).map((all) => `{${all.filter((one) => one !== '').join(',')}}`);
}

/** JSON that was spoiled on its way. */
export const spoiled = (text: Json): Json =>
  fc.oneof(
    { weight: 8, arbitrary: text },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, fc.nat({ max: 200 }), fc.constantFrom('', '}', ',', '"', '\\', '\xff', '\0', '\xef\xbb\xbf', '{"a":1}'))
        .map(([whole, at, extra]) => whole.slice(0, at) + extra + whole.slice(at + 1)),
    },
  );
