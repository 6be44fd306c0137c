/** host/admin/json.ts */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { parseJson } from '../../../host/admin/json.ts';

describe('parseJson(text)', () => {
  for (const text of [
    '{"a":[1,-2.5e3,true,false,null,"\\u00e9\\n\\"]"]}',
    ' [ ] ',
    '"x"',
    '{"source":"[[[[{{{{\\\\"}',
    `${'['.repeat(64)}${']'.repeat(64)}`,
  ]) {
    it(`takes ${text.slice(0, 40)}`, () => {
      assert.deepEqual(parseJson(text), JSON.parse(text));
    });
  }

  it('keeps __proto__ as a property', () => {
    assert.deepEqual(Object.keys(parseJson('{"__proto__":1}') as object), ['__proto__']);
  });

  for (const [text, line, column] of [
    ['', 1, 1],
    ['{abc', 1, 2],
    ['{"a":x}', 1, 6],
    ['{"a":1', 1, 7],
    ['{"a":1,}', 1, 8],
    ['[1,]', 1, 4],
    ['[1 2]', 1, 4],
    ['{"a" 1}', 1, 6],
    ['{\n  "a": 1,\n  b: 2\n}', 3, 3],
    ['\n]', 2, 1],
    ['[}', 1, 2],
    ['"abc', 1, 5],
    ['"a\\x"', 1, 3],
    ['"a\nb"', 1, 3],
    ['01', 1, 1],
    ['tru', 1, 1],
    ['{"a":1}x', 1, 8],
    ['\u{1f600}', 1, 1],
  ] as [string, number, number][]) {
    it(`says where ${JSON.stringify(text)} goes wrong`, () => {
      assert.throws(() => JSON.parse(text));
      assert.throws(
        () => parseJson(text),
        (error) => {
          assert.ok(isNboxError(error, 'malformed_json'));
          assert.deepEqual(error.details.position, { file: '', line, column });
          return true;
        },
      );
    });
  }

  it('refuses 65 levels, and does not count brackets in strings', () => {
    assert.throws(
      () => parseJson(`${'['.repeat(65)}${']'.repeat(65)}`),
      (error) => isNboxError(error, 'malformed_json'),
    );
    parseJson(JSON.stringify({ source: `"${'['.repeat(1_000)}\\` }));
  });
});
