/** loader/tests.ts */

import assert from 'node:assert/strict';
import { isTest, testFiles, withTestEntry } from '../../loader/tests.ts';

describe('tests of a source', () => {
  it('are known by their names', () => {
    for (const file of ['a.test.ts', 'src/b.test.tsx', 'test/c.test.js', 'd.test.mjs', 'e.test.mts']) assert.ok(isTest(file), file);
    for (const file of ['a.ts', 'test.ts', 'a.spec.ts', 'a.test.json', 'a.test.ts.txt', 'test/fixtures.ts', 'node_modules/a/a.test.js']) {
      assert.ok(!isTest(file), file);
    }
    assert.deepEqual(testFiles(['b.test.ts', 'index.ts', 'a.test.ts'], 'index.ts'), ['a.test.ts', 'b.test.ts']);
    assert.deepEqual(testFiles(['a.test.ts'], 'a.test.ts'), []);
  });

  it('are all imported by one file, whose name nothing else has', () => {
    const files = new Map([
      ['index.ts', ''],
      ['b "quoted".test.ts', ''],
      ['nbox-tests.js', 'mine'],
    ]);
    const whole = withTestEntry(files, 'index.ts');
    assert.equal(whole.entry, '_nbox-tests.js');
    assert.equal(whole.files.get('nbox-tests.js'), 'mine');
    assert.match(whole.files.get(whole.entry) ?? '', /import ".\/b \\"quoted\\"\.test\.ts";/);
  });
});
