/** host/cli/dev/printer.ts */

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import type { DevEvent } from '../../../../host/cli/dev/events.ts';
import { Printer } from '../../../../host/cli/dev/printer.ts';

const source = { files: new Map([['index.ts', 'one\nconst x: number = "y";\n']]), pathOf: (name: string) => `src/${name}` };
const diagnostics = [{ file: 'index.ts', line: 2, column: 7, severity: 'error', code: 'TS2322', message: 'wrong' }] as const;

function printed(event: DevEvent, json = false): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  new Printer({ stream, json, now: () => 0, keys: true }).print(event, source);
  return text;
}

describe('Printer', () => {
  it('shows where errors are, in the code', () => {
    const text = printed({ event: 'refused', code: 'type_errors', message: 'x', diagnostics, savedMs: 40 });
    assert.match(text, /^src\/index\.ts:2:7 {2}error {2}TS2322 {2}wrong\n/);
    assert.match(text, /2 │ const x: number = "y";\n +│ {7}\^\n\n\d\d:\d\d:\d\d refused 1 error {2}type_errors {2}after 40 ms/);
    const failed = printed({
      event: 'failure',
      code: 'plugin_error',
      message: 'Error: no',
      position: { file: 'index.ts', line: 2, column: 7 },
    });
    assert.match(failed, /failed {2}plugin_error {2}Error: no\nsrc\/index\.ts:2:7\n[\s\S]*2 │ const x/);
  });

  it('says how long a save took, and what took longest', () => {
    const timings = { typecheckMs: 31, bundleMs: 6, storeMs: 0.2, totalMs: 60 };
    const text = printed({ event: 'live', release: 7, created: true, savedMs: 84, timings, diagnostics: [], interfaces: ['fetch'] });
    assert.match(text, /live {4}release 7 in 84 ms {2}typecheck 31 ms, bundle 6\.0 ms\n$/);
    const same = printed({ event: 'live', release: 7, created: false, savedMs: 1, timings: {}, diagnostics: [], interfaces: [] });
    assert.match(same, /release 7, as before {2}it serves nothing/);
  });

  it('shows requests, and what strangers send in them as text', () => {
    assert.match(
      printed({ event: 'request', method: 'GET', path: '/\u001b[31m', status: 200, ms: 1.5 }),
      /GET {4} \/\\u001b\[31m 200 1\.5 ms\n$/,
    );
    assert.match(printed({ event: 'request', method: 'POST', path: '/', status: null, ms: 20 }), /POST {4}\/ left 20 ms\n$/);
  });

  it('is an object a line as JSON', () => {
    const event = { event: 'tests', passed: false, code: 'tests_failed', message: 'one', diagnostics } as const;
    assert.deepEqual(JSON.parse(printed(event, true)), { ...event, at: 0 });
    assert.equal(printed(event, true).split('\n').length, 2);
  });
});
