/** host/cli/diagnostics.ts */

import assert from 'node:assert/strict';
import { countDiagnostics, formatDiagnostic, formatDiagnostics } from '../../../host/cli/diagnostics.ts';

const source = { files: new Map([['a.ts', 'let x: string = 1;\n']]), pathOf: (name: string) => `plugin/${name}` };
const diagnostic = { file: 'a.ts', line: 1, column: 5, severity: 'error' as const, code: 'TS2322', message: 'wrong' };

describe('formatDiagnostic(diagnostic, source)', () => {
  it('is file:line:column, severity, code, message, and the code', () => {
    assert.equal(formatDiagnostic(diagnostic, source), 'plugin/a.ts:1:5  error  TS2322  wrong\n  1 │ let x: string = 1;\n    │     ^');
  });

  it('indents the further lines of a message', () => {
    assert.match(formatDiagnostic({ ...diagnostic, message: 'one\n  two' }, source), /one\n {6}two\n/);
  });

  it('has no code for a file that was not pushed', () => {
    assert.equal(formatDiagnostic({ ...diagnostic, file: 'globals.d.ts' }, source), 'globals.d.ts:1:5  error  TS2322  wrong');
  });

  it('escapes what could repaint a terminal', () => {
    const text = formatDiagnostic({ ...diagnostic, file: '\u001b]0;x\u0007', code: '\u009b', message: 'a\rb\u202e' }, source);
    assert.equal(text, '\\u001b]0;x\\u0007:1:5  error  \\u009b  a\\u000db\\u202e');
  });
});

describe('formatDiagnostics(diagnostics, source)', () => {
  it('stops after fifty, and says how many there are more', () => {
    const text = formatDiagnostics(
      Array.from({ length: 53 }, () => diagnostic),
      source,
    );
    assert.equal(text.match(/TS2322/g)?.length, 50);
    assert.match(text, /… and 3 more$/);
  });
});

describe('countDiagnostics(diagnostics)', () => {
  it('counts errors and warnings apart', () => {
    const warning = { ...diagnostic, severity: 'warning' as const };
    assert.equal(countDiagnostics([diagnostic]), '1 error');
    assert.equal(countDiagnostics([diagnostic, diagnostic, warning]), '2 errors, 1 warning');
    assert.equal(countDiagnostics([]), '');
  });
});
