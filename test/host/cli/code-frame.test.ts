/** host/cli/code-frame.ts */

import assert from 'node:assert/strict';
import { codeFrame } from '../../../host/cli/code-frame.ts';
import { terminalWidth } from '../../../host/cli/terminal-width.ts';

const frame = (...args: Parameters<typeof codeFrame>) => codeFrame(...args)?.split('\n');

describe('codeFrame(text, line, column)', () => {
  it('shows the line before, the line, and a mark below the word', () => {
    assert.deepEqual(frame('const a = 1;\nconst text: string = a;\n', 2, 7), [
      '  1 │ const a = 1;',
      '  2 │ const text: string = a;',
      '    │       ^~~~',
    ]);
  });

  it('has no line before the first one, nor an empty one', () => {
    assert.deepEqual(frame('x', 1, 1), ['  1 │ x', '    │ ^']);
    assert.deepEqual(frame('a\n\nx', 3, 1), ['  3 │ x', '    │ ^']);
  });

  it('marks the end of a line, and what stands beyond it', () => {
    assert.deepEqual(frame('ab', 1, 3), ['  1 │ ab', '    │   ^']);
    assert.deepEqual(frame('ab', 1, 99), ['  1 │ ab', '    │   ^']);
  });

  it('keeps the mark below its word behind tabs and wide characters', () => {
    assert.deepEqual(frame('\tx', 1, 2), ['  1 │   x', '    │   ^']);
    assert.deepEqual(frame("'价格' + y", 1, 8), ["  1 │ '价格' + y", '    │          ^']);
  });

  it('knows the line ends that TypeScript knows', () => {
    assert.deepEqual(frame('a\r\nb\rc\u2028d', 4, 1), ['  3 │ c', '  4 │ d', '    │ ^']);
  });

  it('escapes control characters', () => {
    const text = codeFrame('a\u001b[2Jb\u202ec', 1, 8) ?? '';
    assert.match(text, /a\\u001b\[2Jb\\u202ec/);
    assert.doesNotMatch(text, /[\u001b\u202e]/);
    const [line, mark] = text.split('\n') as [string, string];
    assert.equal(line[mark.indexOf('^')], 'c');
  });

  it('shows a long line around its mark only, within the width', () => {
    for (const column of [1, 500, 501, 998]) {
      const [line, mark] = frame(`${'x '.repeat(250)}${'y '.repeat(249)}`, 1, column, { width: 60 }) as [string, string];
      assert.ok(terminalWidth(line) <= 60, line);
      assert.equal(line[mark.indexOf('^')]?.trim(), column % 2 === 0 ? '' : column > 500 ? 'y' : 'x');
      assert.ok(line.includes('…'));
    }
    for (const line of frame('价'.repeat(300), 1, 150, { width: 60 }) as string[]) assert.ok(terminalWidth(line) <= 60, line);
  });

  it('is undefined where there is no such place', () => {
    for (const [line, column] of [
      [0, 1],
      [3, 1],
      [1, 0],
      [-1, 1],
    ] as const)
      assert.equal(codeFrame('a\nb', line, column), undefined);
  });
});
