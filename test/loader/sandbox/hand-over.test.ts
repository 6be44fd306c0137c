/** What a sandbox hands over to the next release's, and what that finds. */

import assert from 'node:assert/strict';
import { instrument } from '../../../guards/instrument.ts';
import { defaultLimits, type Limits } from '../../../guards/limits.ts';
import { HandOverError, mostStateBytes } from '../../../loader/sandbox/hand-over.ts';
import { preludeWith } from '../../../loader/sandbox/prelude.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../loader/sandbox/snapshot.ts';
import { StartupError } from '../../../loader/sandbox/startup.ts';
import { callOf, evaluatedPrelude, getHead, Notebook } from '../../support/sandboxes.ts';

/** As a bundle has `import.meta.hot`. */
const hot = '__nboxHot';

interface Given {
  readonly state?: string;
  readonly limits?: Partial<Limits>;
}

async function start(code: string, { state, limits }: Given = {}): Promise<{ sandbox: Sandbox; notes: Notebook }> {
  const notes = new Notebook();
  const source = { code: instrument(code).code, limits: { ...defaultLimits, ...limits }, ...(state === undefined ? {} : { state }) };
  return { sandbox: await Sandbox.create(await evaluatedPrelude(), source, notes, () => () => {}), notes };
}

const module = (disposes: string, rest = '') => `${rest}\n${hot}.dispose((data) => { ${disposes} });\nexport default () => 1;`;

/** What a plugin hands over whose callback has this body. */
async function handedOver(disposes: string, rest = '', limits: Partial<Limits> = {}): Promise<string | undefined> {
  const { sandbox } = await start(module(disposes, rest), { limits });
  using _ = sandbox;
  return sandbox.handOver(callOf(0, limits)).state();
}

async function refusal(disposes: string, rest = '', limits: Partial<Limits> = {}): Promise<HandOverError> {
  try {
    const state = await handedOver(disposes, rest, limits);
    assert.fail(`handed over: ${state?.slice(0, 100)}`);
  } catch (error) {
    assert.ok(error instanceof HandOverError, String(error));
    return error;
  }
}

/** What a call answers whose plugin returns this expression of `data`, given the state. */
async function found(expression: string, state: string): Promise<unknown> {
  const { sandbox, notes } = await start(`const { data } = ${hot}; export default () => ({ found: ${expression} });`, { state });
  using _ = sandbox;
  sandbox.start(callOf(1), getHead, undefined);
  const [told] = notes.take();
  assert.ok(told?.kind === 'reply', JSON.stringify(told));
  return (JSON.parse(told.body) as { found: unknown }).found;
}

describe('sandbox.handOver(call)', () => {
  const carried: Readonly<Record<string, [puts: string, json: string]>> = {
    'what JSON has': [
      'data.all = [1, -1.5e300, true, null, "", {}, [], { a: { b: [[]] } }];',
      '{"all":[1,-1.5e+300,true,null,"",{},[],{"a":{"b":[[]]}}]}',
    ],
    'minus zero': ['data.z = -0;', '{"z":-0}'],
    'texts of any kind': ['data.t = "\\0\\u2028ü\\ud800\\"\\n";', '{"t":"\\u0000\u2028ü\\ud800\\"\\n"}'],
    'names of any kind': [
      'Object.defineProperty(data, "__proto__", { value: 1, enumerable: true }); data[""] = 2;',
      '{"__proto__":1,"":2}',
    ],
    'a property that is undefined, as none': ['data.a = undefined; data.b = { c: undefined };', '{"b":{}}'],
    'an object without a prototype': ['data.o = Object.assign(Object.create(null), { a: 1 });', '{"o":{"a":1}}'],
    'the same object twice, as two': ['const o = { a: 1 }; data.x = [o, o];', '{"x":[{"a":1},{"a":1}]}'],
    'what a getter gives, asked once': ['let asked = 0; data.o = { get a() { return ++asked; } };', '{"o":{"a":1}}'],
    'what a proxy shows': ['data.p = new Proxy({ a: [1] }, {}); data.q = new Proxy([1, 2], {});', '{"p":{"a":[1]},"q":[1,2]}'],
    'a hundred levels': ['let o = 1; for (let i = 0; i < 99; i += 1) o = [o]; data.o = o;', `{"o":${'['.repeat(99)}1${']'.repeat(99)}}`],
    'as much as there may be': [`data.s = "x".repeat(${mostStateBytes - 8});`, `{"s":"${'x'.repeat(mostStateBytes - 8)}"}`],
  };
  for (const [what, [puts, json]] of Object.entries(carried)) {
    it(`gives ${what}`, async () => {
      assert.equal(await handedOver(puts), json);
    });
  }

  it('gives what all callbacks have put, in the order in which they were registered, and what the release before had put', async () => {
    const code = `${hot}.dispose((data) => { data.list.push(1); });\n${hot}.dispose((data) => { data.list.push(2); });\nexport default () => 1;`;
    const { sandbox } = await start(code, { state: '{"list":[0]}' });
    using _ = sandbox;
    assert.equal(sandbox.handOver(callOf(0)).state(), '{"list":[0,1,2]}');
  });

  it('gives nothing where nothing is registered or put', async () => {
    assert.equal(await handedOver(''), undefined);
    const { sandbox } = await start(`export default () => ${hot}.data.a;`, { state: '{"a":1}' });
    using _ = sandbox;
    assert.equal(sandbox.handOver(callOf(0)).state(), undefined);
  });

  const refused: Readonly<Record<string, [puts: string, message: RegExp]>> = {
    'a function': ['data.f = () => 1;', /^TypeError: data\.f is a function, which JSON cannot carry as it is$/],
    'a symbol': ['data.s = Symbol();', /data\.s is a symbol/],
    'a bigint': ['data.b = [{ n: 1n }];', /data\.b\[0\]\.n is a bigint/],
    NaN: ['data.n = NaN;', /data\.n is NaN/],
    'an infinity': ['data.n = -Infinity;', /data\.n is -Infinity/],
    'a Date': ['data.at = new Date(0);', /data\.at is a date/],
    'a Map': ['data.m = new Map();', /data\.m is a map/],
    'a Set': ['data.m = new Set();', /data\.m is a set/],
    bytes: ['data.b = new Uint8Array(3);', /data\.b is a view/],
    'an ArrayBuffer': ['data.b = new ArrayBuffer(3);', /data\.b is a buffer/],
    'a promise': ['data.p = Promise.resolve();', /data\.p is an instance of a class/],
    'an instance of a class': ['data.p = new (class { a = 1; })();', /data\.p is an instance of a class/],
    'an Error': ['data.e = new Error("x");', /data\.e is an error/],
    'undefined in an array': ['data.l = [1, undefined];', /data\.l\[1\] is undefined/],
    'a hole': ['data.l = [, 1];', /data\.l\[0\] is undefined/],
    'a cycle': ['data.a = { b: [] }; data.a.b.push(data);', /data\.a\.b\[0\] is a cycle/],
    'what is nested too deeply': ['let o = 1; for (let i = 0; i < 100; i += 1) o = [o]; data.o = o;', /nested deeper than 100 levels/],
    'an array with a name of its own': ['data.l = Object.assign([1], { total: 1 });', /data\.l is an array with names of its own/],
    'a name that is a symbol': ['data.o = { [Symbol.iterator]: 1 };', /data\.o is an object with a symbol for a name/],
    'a hidden property': [
      'Object.defineProperty(data, "x", { value: 1 });',
      /^TypeError: data is an object with a property that is not enumerable/,
    ],
    'a toJSON': ['data.o = { toJSON: () => 1 };', /data\.o\.toJSON is a function/],
    'a text that is too long': [`data.s = "x".repeat(${mostStateBytes});`, /^RangeError: As JSON, data has more than 262144 bytes$/],
    'a text whose JSON is too long': ['data.s = "\\0".repeat(50000);', /more than 262144 bytes/],
    'a text that is too long in UTF-8': [
      'data.s = "ü".repeat(140000);',
      /^RangeError: As JSON, data has 280008 bytes; at most 262144 are handed over$/,
    ],
    'an object that is much larger than it looks': [
      'let o = []; for (let i = 0; i < 25; i += 1) o = [o, o]; data.o = o;',
      /more than 262144 bytes/,
    ],
    'a long array of nothing': ['data.l = Object.assign([], { length: 1e9 });', /data\.l\[0\] is undefined/],
    'a promise in place of an end': [
      'return Promise.resolve();',
      /^TypeError: dispose must be done when it returns; this one returned a promise$/,
    ],
  };
  for (const [what, [puts, message]] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      assert.match((await refusal(puts, '', { cpuMs: 10_000, deadlineMs: 60_000 })).message, message);
    });
  }

  it('tells what a callback throws, with its stack', async () => {
    const error = await refusal('throw new RangeError("no");');
    assert.equal(error.message, 'RangeError: no');
    assert.match(error.guestStack, /plugin\.js:\d+:\d+/);
    assert.equal((await refusal('throw undefined;')).message, 'undefined');
    const hostile = 'throw { get message() { throw 1; }, toString() { for (;;); } };';
    assert.equal((await refusal(hostile)).message, 'an error that cannot be read');
  });

  it('asks nothing of what the plugin has made of the language', async () => {
    const poison = `
      const bad = () => { throw new Error('asked'); };
      const define = Object.defineProperty;
      const owners = [String.prototype, JSON, Reflect, Object, Function.prototype, Object.prototype, Array.prototype];
      const names = ['stringify', 'parse', 'ownKeys', 'keys', 'getPrototypeOf', 'toJSON', 'toString', 'slice', 'concat', 'join', 'push', 'call', 'apply', 'bind', Symbol.hasInstance, Symbol.iterator];
      for (let o = 0; o < owners.length; o += 1) for (let n = 0; n < names.length; n += 1) try { define(owners[o], names[n], { value: bad, configurable: true, writable: true }); } catch {}
      globalThis.TypeError = globalThis.JSON = globalThis.Array = globalThis.Object = bad;`;
    assert.equal(await handedOver('data.a = [1, { b: "x" }];', poison), '{"a":[1,{"b":"x"}]}');
    assert.match((await refusal('data.a = [() => 1];', poison)).message, /^TypeError: data\.a\[0\] is a function/);
  });

  const stopped: Readonly<Record<string, [does: string, limits: Partial<Limits>, message: RegExp]>> = {
    'a loop': ['for (;;);', { cpuMs: 30 }, /^Its callbacks used more CPU than 30 ms$/],
    'a loop of many rounds': [
      'for (let i = 0; i < 1e9; i += 1) data.i = i;',
      { cpuMs: 10_000, loopBudget: 1_000 },
      /1000 times, which is its loopBudget$/,
    ],
    'a flood of memory': [
      'const all = []; for (;;) all.push(new Uint8Array(1e6));',
      { memoryMb: 24 },
      /more memory than 24 MiB \(memoryMb\)$/,
    ],
    'a flood of jobs': ['const f = () => Promise.resolve().then(f); f();', { cpuMs: 30 }, /more CPU than 30 ms$/],
    'a getter without an end': ['data.o = { get a() { for (;;); } };', { cpuMs: 30 }, /more CPU than 30 ms$/],
  };
  for (const [what, [does, limits, message]] of Object.entries(stopped)) {
    it(`${what} ends at the limits, and the sandbox is spent`, async () => {
      const { sandbox } = await start(module(does), { limits });
      using _ = sandbox;
      const { stay, state } = sandbox.handOver(callOf(0, limits));
      assert.throws(state, (error) => error instanceof HandOverError && message.test(error.message));
      assert.ok(stay.stopped !== undefined && sandbox.spent);
    });
  }

  it('is a guest’s error where the stack overflows, and the sandbox goes on', async () => {
    const { sandbox, notes } = await start(module('(function f() { return f() + 1; })();'));
    using _ = sandbox;
    assert.throws(sandbox.handOver(callOf(0)).state, /stack overflow/);
    sandbox.start(callOf(1), getHead, undefined);
    assert.equal(notes.take()[0]?.kind, 'reply');
  });

  it('can be asked again, and leaves the calls as they were', async () => {
    const code = `let count = 0; let wake; ${hot}.dispose((data) => { data.count = count; });
      export default (request) => { count += 1; return count === 1 ? new Promise((resolve) => { wake = resolve; setTimeout(() => resolve('woken'), 0); }) : count; };`;
    const { sandbox, notes } = await start(code);
    using _ = sandbox;
    const waiting = callOf(1);
    sandbox.start(waiting, getHead, undefined);
    for (let i = 0; i < 3; i += 1) assert.equal(sandbox.handOver(callOf(0)).state(), '{"count":1}');
    assert.deepEqual(notes.take(), []);
    const { timer } = await notes.nextDue();
    sandbox.fire(waiting, timer);
    assert.ok(notes.take()[0]?.kind === 'reply');
  });

  it('can begin nothing that would outlive it', async () => {
    assert.match((await refusal('setTimeout(() => {}, 1);')).message, /top level/);
    assert.match((await refusal('setTimeout(() => {}, 1);')).message, /while a call runs/);
    const { sandbox } = await start(module('fetch("http://localhost/").catch((error) => { data.error = error.message; });'));
    using _ = sandbox;
    sandbox.handOver(callOf(0));
    assert.equal(sandbox.pendingOps, 0);
  });
});

describe('import.meta.hot', () => {
  it('data is what was handed over, as it was', async () => {
    const state = '{"z":-0,"__proto__":{"a":1},"t":"\\u0000\\ud800","l":[[1,null]]}';
    assert.deepEqual(await found('[Object.is(data.z, -0), Object.keys(data), data.t.charCodeAt(0), data.t.charCodeAt(1), data.l]', state), [
      ...[true, ['z', '__proto__', 't', 'l'], 0, 0xd800, [[1, null]]],
    ]);
  });

  it('data is {} where nothing was, and cannot be replaced', async () => {
    const code = `let thrown = ''; try { ${hot}.data = { a: 1 }; } catch (error) { thrown = error.name; }
      export default () => [thrown, JSON.stringify(${hot}.data)];`;
    const { sandbox, notes } = await start(code);
    using _ = sandbox;
    sandbox.start(callOf(1), getHead, undefined);
    const [told] = notes.take();
    assert.equal(told?.kind === 'reply' && told.body, '["TypeError","{}"]');
  });

  it('dispose(callback) is for functions, at the top level', async () => {
    await assert.rejects(start(`${hot}.dispose(1); export default () => 1;`), /dispose takes a function/);
    const { sandbox, notes } = await start(`export default () => ${hot}.dispose(() => {});`);
    using _ = sandbox;
    sandbox.start(callOf(1), getHead, undefined);
    const [told] = notes.take();
    assert.match(told?.kind === 'fail' ? told.message : '', /is for the top level/);
    assert.match((await refusal(`${hot}.dispose(() => {});`)).message, /is for the top level/);
  });

  it('has what code for Vite calls', async () => {
    const names = ['accept', 'acceptExports', 'prune', 'decline', 'invalidate', 'on', 'off', 'send'];
    const { sandbox } = await start(`${names.map((name) => `${hot}.${name}('x', () => {});`).join(' ')} export default () => 1;`);
    sandbox.close();
  });

  it('is in the sandboxes of those who name it alone', async () => {
    const { sandbox } = await start('export default () => typeof globalThis["__nbox" + "Hot"];');
    using _ = sandbox;
    assert.equal(sandbox.isHot, false);
  });

  it('a sandbox of a snapshot can hand over, too', async () => {
    const prelude = await evaluatedPrelude();
    const { sandbox: first, notes } = await start(
      `let count = 5; ${hot}.dispose((data) => { data.count = count; }); export default () => ++count;`,
    );
    using _ = first;
    const encoded = await encodeSnapshot(await first.snapshot());
    const snapshot = await decodeSnapshot(encoded, (parts) => preludeWith(prelude, parts));
    using restored = await Sandbox.restore(prelude, snapshot, defaultLimits, notes);
    assert.ok(restored.isHot);
    restored.start(callOf(1), getHead, undefined);
    assert.equal(restored.handOver(callOf(0)).state(), '{"count":6}');
  });

  it('modules that throw with a state are a StartupError, with its place', async () => {
    const code = `if (${hot}.data.a) throw new Error('with ' + ${hot}.data.a); export default () => 1;`;
    (await start(code)).sandbox.close();
    await assert.rejects(start(code, { state: '{"a":1}' }), (error) => {
      assert.ok(error instanceof StartupError);
      assert.equal(error.message, 'Error: with 1');
      assert.match(error.guestStack, /plugin\.js/);
      return true;
    });
  });

  it('the largest state fits into the smallest sandbox', async () => {
    const { sandbox } = await start(`export default () => ${hot}.data.l.length;`, {
      ...{ state: `{"l":[${'0,'.repeat(mostStateBytes / 2 - 6)}0]}`, limits: { memoryMb: 24 } },
    });
    sandbox.close();
  });
});
