/** The tree of files, and names that a file may have. */

import assert from 'node:assert/strict';
import { nameProblem, treeRows } from '../../../../../host/dashboard/app/views/editor/file-tree.ts';

describe('treeRows(files, closed)', () => {
  const files = ['index.ts', 'lib/z.ts', 'lib/deep/a.ts', 'a.ts', 'node_modules/x/index.js'];

  it('has folders first, what is in them below, and no packed libraries', () => {
    assert.deepEqual(
      treeRows(files).map(({ kind, path, name, depth }) => [kind, path, name, depth]),
      [
        ['folder', 'lib', 'lib', 0],
        ['folder', 'lib/deep', 'deep', 1],
        ['file', 'lib/deep/a.ts', 'a.ts', 2],
        ['file', 'lib/z.ts', 'z.ts', 1],
        ['file', 'a.ts', 'a.ts', 0],
        ['file', 'index.ts', 'index.ts', 0],
      ],
    );
  });

  it('shows nothing of a closed folder', () => {
    assert.deepEqual(
      treeRows(files, new Set(['lib'])).map(({ path }) => path),
      ['lib', 'a.ts', 'index.ts'],
    );
  });
});

describe('nameProblem(name, files)', () => {
  const files = new Map([
    ['index.ts', ''],
    ['lib/a.ts', ''],
  ]);

  it('has nothing against a name that a push takes', () => {
    for (const name of ['b.ts', 'lib/b.tsx', 'page.html', 'x/y/z.json']) assert.equal(nameProblem(name, files), undefined, name);
  });

  it('says what is wrong with others', () => {
    const wrong = ['', '/a.ts', 'a\\b.ts', '../a.ts', 'a//b.ts', 'node_modules/a/b.js', 'a.exe', 'index.ts', 'INDEX.ts', 'index.ts/a.ts'];
    for (const name of wrong) assert.equal(typeof nameProblem(name, files), 'string', name);
  });
});
