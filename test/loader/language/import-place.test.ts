import assert from 'node:assert/strict';
import { importPlace } from '../../../loader/language/import-place.ts';

describe('importPlace(text, offset)', () => {
  const at = (text: string) => importPlace(text.replace('|', ''), text.indexOf('|'));

  it('is in what is imported from', () => {
    for (const text of ["import a from './b|';", "import './b|", "export * from './b|'", "await import('./b|')", "require( './b|"]) {
      const found = at(text);
      assert.deepEqual([found?.in, found?.in === 'specifier' && found.text], ['specifier', './b'], text);
    }
  });

  it('is in what is imported, with what is there already', () => {
    const text = "import main, { type A, b as c, d| , e } from 'x';";
    const found = at(text);
    assert.ok(found?.in === 'names');
    assert.deepEqual([found.name, found.taken, found.from], ['x', ['A', 'b', 'e'], text.indexOf('d|')]);
    assert.equal(text.replace('|', '').slice(found.specifier, found.specifier + 1), 'x');
  });

  it('is in none elsewhere', () => {
    for (const text of ["const a = { b| } ; from 'x'", "import { a as | } from 'x'", "import a from './b';|", 'const from = "|"', 'x |']) {
      assert.equal(at(text), undefined, text);
    }
  });
});
