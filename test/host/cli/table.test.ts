/** host/cli/table.ts */

import assert from 'node:assert/strict';
import { table } from '../../../host/cli/table.ts';

const columns = [{ head: 'NAME' }, { head: 'N', align: 'right' as const }, { head: 'TEXT' }];

describe('table(columns, rows, width)', () => {
  it('aligns cells, and leaves no space at the end of a line', () => {
    assert.equal(
      table(columns, [
        ['a', '1', 'x'],
        ['long name', '10', ''],
      ]),
      'NAME        N  TEXT\na           1  x\nlong name  10',
    );
  });

  it('aligns wide characters by what they take', () => {
    assert.equal(
      table(columns, [
        ['价格', '1', 'x'],
        ['abcde', '2', 'y'],
      ]),
      'NAME   N  TEXT\n价格   1  x\nabcde  2  y',
    );
  });

  it('cuts lines to the width of a terminal, where there is one', () => {
    assert.equal(table(columns, [['a', '1', 'x'.repeat(50)]], 20), `NAME  N  TEXT\na     1  ${'x'.repeat(10)}…`);
  });

  it('keeps a row on its line', () => {
    assert.equal(table(columns, [['a', '1', 'x\ny\u001b[31m']]).split('\n').length, 2);
  });
});
