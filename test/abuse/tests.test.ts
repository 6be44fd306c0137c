/**
 * What the tests of a plugin can do to hurt others, or to pass for what they are not: each run ends as it may within its bounds,
 * no call of a neighbor fails, and what one run leaves behind no other finds.
 */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

interface Answer {
  readonly code?: string;
  readonly detail?: string;
  readonly tests?: {
    readonly result: string;
    readonly passed: number;
    readonly failed: number;
    readonly notRun?: number;
    readonly failures?: { readonly file: string; readonly line: number; readonly test: string; readonly message: string }[];
  };
}

interface Case {
  readonly test: string;
  /** What the answer must say, each. */
  readonly says: readonly RegExp[];
  /** Else they fail. */
  readonly pass?: true;
}

const cases: Readonly<Record<string, Case>> = {
  'an endless loop': {
    test: "it('a', () => {\n  for (;;);\n});\nit('b', () => {});",
    says: [/(?:loop_budget|cpu)_exceeded/, /"line":2/, /"passed":1/],
  },
  'an endless loop at the top level': { test: 'for (;;);', says: [/could not be started: .*(?:startupMs|loopBudget)/] },
  'native code that hangs': {
    test: "it('a', () => { new RegExp('a|'.repeat(500_000)).test('b'); });\nit('b', () => {});",
    says: [/its executor was killed/, /"failed":1/, /"passed":1/],
  },
  'a flood of memory': {
    test: "const kept: unknown[] = [];\nit('a', () => { for (;;) kept.push(new ArrayBuffer(1_048_576)); });\nit('b', () => { expect(kept).toEqual([]); });",
    says: [/memory_exceeded/, /"passed":1/],
  },
  'a promise that never settles': { test: "it('a', () => new Promise(() => {}));\nit('b', () => {});", says: [/"failed":1/, /"passed":1/] },
  'a timer that comes too late': {
    test: "it('a', () => new Promise((resolve) => setTimeout(resolve, 3_600_000)));",
    says: [/deadline_exceeded/],
  },
  'four that must be stopped': {
    test: "for (const n of [1, 2, 3, 4, 5, 6]) it('a' + n, () => { for (;;); });",
    says: [/"notRun":3/, /not run, nor 2 more: 3 tests before it had to be stopped/],
  },
  'thousands of them': { test: "for (let i = 0; i < 100_000; i += 1) it('a' + i, () => {});", says: [/There are more than 500 tests/] },
  'suites without end': { test: "function deep() { describe('a', deep); }\ndeep();", says: [/could not be started/] },
  'titles of megabytes': {
    test: "it('x'.repeat(5_000_000), () => { throw new Error('y'.repeat(5_000_000)); });",
    says: [/^.{0,20000}$/s, /"failed":1/],
  },
  'values of megabytes that differ': {
    test: "it('a', () => {\n  const big = (n: number) => Array.from({ length: 50_000 }, (_, i) => ({ i, n: i * n }));\n  expect(big(1)).toEqual(big(2));\n});",
    says: [/^.{0,40000}$/s, /"failed":1/],
  },
  'values that bite whoever compares or shows them': {
    test: `const bite = () => { throw new Error('bitten'); };
const value = () => new Proxy({ get a() { return bite(); }, toString: bite, toJSON: bite, [Symbol.toPrimitive]: bite }, { ownKeys: bite, getPrototypeOf: bite });
it('a', () => { expect(value()).toEqual(value()); });
it('b', () => { expect({ [Symbol.toStringTag]: 'x', get a(): number { return bite(); } }).toEqual({ a: 1 }); });
it('c', () => { throw { get message() { return bite(); }, get stack() { return bite(); } }; });
it('d', () => { throw Object.assign(new Error('x'), { expected: value(), actual: value() }); });
it('e', () => { const ring: { at?: unknown } = {}; ring.at = ring; const other: { at?: unknown } = {}; other.at = other; expect(ring).toEqual(other); });`,
    says: [/"failed":4/, /"passed":1/],
  },
  'a stack that names files of others': {
    test: "it('a', () => {\n  throw Object.assign(new Error('x'), { stack: 'at f (plugin.js:1:1)\\n at /etc/passwd (plugin.js:999999999:1)' });\n});",
    says: [/"file":"a\.test\.ts"/],
  },
  'an outcome that is replaced': {
    test: "it('a', () => { (globalThis as { JSON: unknown }).JSON = { stringify: () => '{}', parse: () => ({}) }; (globalThis as { Response: unknown }).Response = class {}; expect(1).toBe(2); });",
    says: [/expected 1 to be 2/],
  },
  'what makes its own outcome unreadable': {
    test: "it('a', () => { Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'lies' }); expect(1).toBe(2); });",
    says: [/The outcome cannot be read/],
  },
  'what makes the list unreadable': {
    test: "Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'lies' });\nit('a', () => {});",
    says: [/The tests cannot be listed/],
  },
  'what leaves something for others': {
    test: `for (const n of [1, 2]) {
  it('finds nothing ' + n, () => {
    const all = globalThis as { left?: number };
    expect(all.left).toBeUndefined();
    all.left = n;
    Object.defineProperty(Array.prototype, 'push', { value: () => 0 });
  });
}`,
    says: [/"passed":2/],
    pass: true,
  },
  'what asks for the network by all means': {
    test: `it('a', async () => {
  const frames = [globalThis.fetch, (0, fetch), Reflect.get(globalThis, 'fetch') as typeof fetch];
  for (const ask of frames) await expect(ask('http://127.0.0.1:1/')).rejects.toThrow('no network');
  await expect(fetch('http://169.254.169.254/')).rejects.toThrow(TypeError);
});`,
    says: [/"passed":1/],
    pass: true,
  },
  'what goes on after it is over': {
    test: "import { waitUntil } from 'nbox';\nit('a', () => { waitUntil(new Promise((resolve) => setTimeout(resolve, 5_000))); });\nit('b', () => {});",
    says: [/"passed":2/],
    pass: true,
  },
};

describe('abuse by tests', () => {
  let host: RunningHost;
  const asked: Promise<void>[] = [];
  const failed: string[] = [];
  let asking: NodeJS.Timeout;

  before(async () => {
    host = await RunningHost.start();
    await host.push('abuse/neighbor/good', "export default () => new Response('good')");
    const ask = async () => {
      const answer = await host.call('abuse/neighbor/good');
      const body = await answer.text();
      if (answer.status !== 200 || body !== 'good') failed.push(`${answer.status} ${body}`);
    };
    asking = setInterval(() => asked.push(ask().catch((error: unknown) => void failed.push(String(error)))), 10);
  });
  after(async () => {
    clearInterval(asking);
    await Promise.all(asked);
    await host.close();
  });

  for (const [title, { test, says, pass }] of Object.entries(cases)) {
    it(`${title}: ends as it may`, async () => {
      const plugin = `abuse/tests/${title.replace(/[^a-z]+/g, '-')}`;
      const files = { 'index.ts': 'export default () => 1;', 'a.test.ts': `${test}\n` };
      const answer = await host.admin('POST', `/v1/plugins/${plugin}/tests?typecheck=warn`, { files });
      const text = await answer.text();
      const { code, tests } = JSON.parse(text) as Answer;
      if (pass === true) assert.equal(answer.status, 200, text);
      else if (answer.status !== 200) assert.equal(code, 'tests_failed', text.slice(0, 2_000));
      assert.ok(tests !== undefined, text.slice(0, 2_000));
      for (const form of says) assert.match(text, form);
    });
  }

  it('what kills an executor kills none that traffic has', async () => {
    const pids = () => host.host.lanes.executors().map(({ pid }) => pid);
    const had = pids();
    const files = { 'index.ts': 'export default () => 1;', 'a.test.ts': "it('a', () => { new RegExp('a|'.repeat(500_000)).test('b'); });" };
    const answer = await host.admin('POST', '/v1/plugins/abuse/tests/killer/tests?typecheck=warn', { files });
    assert.match(await answer.text(), /its executor was killed/);
    assert.deepEqual(pids(), had);
  });

  it('a lie about themselves publishes the liar, and nothing else', async () => {
    const files = {
      'index.ts': "export default () => new Response('liar');",
      'a.test.ts': "Response.prototype.text = async () => 'lies';\nObject.is = () => true;\nit('a', () => { expect(1).toBe(2); });",
    };
    await host.push('abuse/tests/liar', { files });
    assert.equal(await host.text('abuse/tests/liar'), 'liar');
    const honest = await host.admin('POST', '/v1/plugins/abuse/tests/honest/tests', {
      files: { 'index.ts': 'export default () => 1;', 'a.test.ts': "it('a', () => { expect(1).toBe(2); });" },
    });
    assert.equal(honest.status, 422);
  });

  it('no call of the neighbor has failed', async () => {
    await Promise.all(asked);
    assert.ok(asked.length > 50, `${asked.length}`);
    assert.deepEqual(failed, []);
  });
});
