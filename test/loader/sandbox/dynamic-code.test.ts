/** Code from strings in the sandboxes of releases that may make it: nothing counts its loops, and all other guards hold it. */

import assert from 'node:assert/strict';
import { instrument } from '../../../guards/instrument.ts';
import { defaultLimits, type Limits } from '../../../guards/limits.ts';
import { preludeWith } from '../../../loader/sandbox/prelude.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../loader/sandbox/snapshot.ts';
import { callOf, evaluatedPrelude, getHead, Notebook, sandboxOf } from '../../support/sandboxes.ts';

/** What a call of `export default () => <expression>` answers, as JSON tells it; the module is guarded as any is. */
async function answerOf(expression: string, head = ''): Promise<unknown> {
  const code = instrument(`${head}\nexport default async () => JSON.stringify(await (${expression})) ?? 'undefined'`).code;
  const notes = new Notebook();
  using sandbox = await Sandbox.create(await evaluatedPrelude(), { code, limits: defaultLimits, dynamicCode: true }, notes, () => () => {});
  const { stopped } = sandbox.start(callOf(1), getHead, undefined);
  const [told] = notes.take();
  assert.ok(told?.kind === 'reply', JSON.stringify([told, stopped]));
  const text = JSON.parse(told.body) as string;
  return text === 'undefined' ? undefined : JSON.parse(text);
}

/** How a call ends that runs this body. */
async function endOf(body: string, limits: Partial<Limits> = {}): Promise<string | undefined> {
  const { code } = instrument(`export default async () => { ${body}; return 'went on'; }`);
  const given = { ...defaultLimits, cpuMs: 30, deadlineMs: 30_000, ...limits };
  const notes = new Notebook();
  using sandbox = await Sandbox.create(await evaluatedPrelude(), { code, limits: given, dynamicCode: true }, notes, () => () => {});
  const { stopped } = sandbox.start(callOf(1, given), getHead, undefined);
  return (
    stopped?.code ??
    notes
      .take()
      .map((told) => (told.kind === 'fail' ? told.message : told.kind))
      .join()
  );
}

/** The ways to make code from a string, each with a mark for it; the code is a function's body. */
const ways: Readonly<Record<string, (code: string) => string>> = {
  'indirect eval': (code) => `(0, eval)(${JSON.stringify(`(() => { ${code} })()`)})`,
  'direct eval': (code) => `eval(${JSON.stringify(`(() => { ${code} })()`)})`,
  Function: (code) => `new Function(${JSON.stringify(code)})()`,
  'AsyncFunction, awaited': (code) => `await (async () => {}).constructor(${JSON.stringify(code)})()`,
  'AsyncFunction, left alone': (code) => `(async () => {}).constructor(${JSON.stringify(code)})()`,
  GeneratorFunction: (code) => `[...(function* () {}).constructor(${JSON.stringify(code)})()]`,
  AsyncGeneratorFunction: (code) => `for await (const _ of (async function* () {}).constructor(${JSON.stringify(code)})());`,
  'eval within Function': (code) => `new Function(${JSON.stringify(`eval(${JSON.stringify(`(() => { ${code} })()`)})`)})()`,
  'Function within Function': (code) => `new Function(${JSON.stringify(`new Function(${JSON.stringify(code)})()`)})()`,
};

const endless: Readonly<Record<string, string>> = {
  'a loop': 'for (;;);',
  'a loop that catches': 'for (;;) try { for (;;); } catch {}',
  'a loop that finally goes on': 'for (;;) try { for (;;); } finally { continue; }',
  'a loop in a Promise executor': 'for (;;) new Promise(() => { for (;;); });',
  'a loop of async functions': 'const f = async () => { for (;;); }; for (;;) f();',
  'a loop in a coercion': 'for (;;) try { Math.max({ valueOf() { for (;;); } }); } catch {}',
  'a flood of microtasks': 'const f = () => Promise.resolve().then(f); f(); f();',
  'a flood of growing microtasks': 'const f = () => { Promise.resolve().then(f); Promise.resolve().then(f); }; f();',
};

describe('code from strings, where a release may make it', () => {
  it('is made by all that makes it in JavaScript', async () => {
    assert.deepEqual(
      await answerOf(`(async () => [
        eval('1 + 1'), (0, eval)('typeof Response'), new Function('a', 'b', 'return a + b')(2, 3), Function('return 4')(),
        await (async () => {}).constructor('return await 5')(), [...(function* () {}).constructor('yield 6')()],
        (await (async function* () {}).constructor('yield 7')().next()).value,
        Function === (() => {}).constructor, Function.prototype === Object.getPrototypeOf(eval), new Function() instanceof Function,
        (class extends Function {}).name, eval.name, String(new Function('a', 'return a')),
      ])()`),
      [2, 'function', 5, 4, 5, [6], 7, true, true, true, '', 'eval', 'function anonymous(a\n) {\nreturn a\n}'],
    );
  });

  it('is off in every other sandbox of the process', async () => {
    await answerOf('eval("1")');
    for (const code of ['eval("1")', 'Function("1")', '(async () => {}).constructor("1")']) {
      const { sandbox, notes } = await sandboxOf(`export default () => { ${code} }`);
      using _ = sandbox;
      sandbox.start(callOf(1), getHead, undefined);
      const [told] = notes.take();
      assert.ok(told?.kind === 'fail' && told.message.startsWith('EvalError: code from strings is off'), JSON.stringify(told));
    }
  });

  it('has every global, whatever name it makes', async () => {
    const names = `['U', 'RL'].join('') + '.name + ' + ['struct', 'uredClone'].join('') + '.name + (1234.5).' + ['toLocale', 'String'].join('') + '("de")'`;
    assert.equal(await answerOf(`eval(${names})`), 'URLstructuredClone1.234,5');
  });

  it('is as it was in a sandbox that is restored from a snapshot', async () => {
    const prelude = await evaluatedPrelude();
    const { code } = instrument('const made = new Function("a", "return a * 2"); export default () => [made(21), eval("6 * 7")]');
    using first = await Sandbox.create(prelude, { code, limits: defaultLimits, dynamicCode: true }, new Notebook(), () => () => {});
    const encoded = await encodeSnapshot(await first.snapshot());
    const snapshot = await decodeSnapshot(encoded, (parts) => preludeWith(prelude, parts));
    const notes = new Notebook();
    using second = await Sandbox.restore(prelude, snapshot, defaultLimits, notes);
    second.start(callOf(1), getHead, undefined);
    const [told] = notes.take();
    assert.deepEqual(told?.kind === 'reply' && JSON.parse(told.body), [42, 42]);
  });

  it('sees no name of the module that made it, the guard’s counter among them', async () => {
    for (const name of ['F', 'T', 'F1', 'secret', '__nboxGuard', 'host']) {
      for (const way of [
        `eval('typeof ${name}')`,
        `(eval)('typeof ${name}')`,
        `eval?.('typeof ${name}')`,
        `eval(...['typeof ${name}'])`,
        `[eval][0]('typeof ${name}')`,
        `new Function('return typeof ${name}')()`,
        `new Function("return eval('typeof ${name}')")()`,
        `(0, eval)("(() => eval('typeof ${name}'))()")`,
        `(function () { return eval('typeof ${name}') })()`,
      ]) {
        assert.equal(await answerOf(way, 'const secret = 1;'), 'undefined', way);
      }
    }
  });

  it('cannot reset the guard’s counter', async () => {
    const reset = `eval('var F = 1e9; globalThis.F = 1e9; F = 1e9; --F')`;
    assert.equal(await endOf(`${reset}; for (;;) ${reset}`, { loopBudget: 100 }), 'loop_budget_exceeded');
    const declared = `(0, eval)('var F = 1e9, T = () => {}; function __nboxGuard() {}')`;
    assert.equal(await endOf(`${declared}; for (;;);`, { loopBudget: 1_000, cpuMs: 1_000 }), 'loop_budget_exceeded');
  });

  it('reaches what other code of the plugin reaches, and no more', async () => {
    assert.deepEqual(
      await answerOf(`[
        new Function('return this')() === globalThis, (0, eval)('this') === globalThis,
        Function('return typeof process + typeof require + typeof std + typeof WeakRef + typeof Atomics')(),
        Function('return typeof arguments.callee.caller')(),
        Object.keys(Object.getOwnPropertyDescriptors(globalThis)).length === eval('Object.keys(Object.getOwnPropertyDescriptors(globalThis)).length'),
      ]`),
      [true, true, 'undefined'.repeat(5), 'undefined', true],
    );
    assert.equal(await answerOf(`eval("import('main.ts').then(() => 'loaded', () => 'refused')")`), 'refused');
    assert.equal(await answerOf(`new Function("return import('node:fs').then(() => 'loaded', () => 'refused')")()`), 'refused');
  });

  for (const [way, made] of Object.entries(ways)) {
    for (const [what, code] of Object.entries(endless)) {
      it(`ends as cpu_exceeded: ${what}, by ${way}`, async () => assert.equal(await endOf(made(code)), 'cpu_exceeded'));
    }
    it(`ends at the deadline where that comes first, by ${way}`, async () => {
      assert.equal(await endOf(made('for (;;);'), { cpuMs: 1_000, deadlineMs: 20 }), 'deadline_exceeded');
    });
    it(`meets the end of its stack as an error, by ${way}`, async () => {
      const end = await endOf(
        `try { ${made('const f = () => f() + 1; return f();')} } catch (error) { throw new Error('caught ' + error.message) }`,
      );
      // Nobody hears of what is left alone.
      assert.match(String(end), way.endsWith('left alone') ? /^reply$/ : /caught .*stack/);
    });
    it(`meets the end of its memory, by ${way}`, async () => {
      const end = await endOf(made('const kept = []; for (;;) kept.push(new Uint8Array(1 << 20).fill(1));'), {
        memoryMb: 24,
        cpuMs: 1_000,
      });
      assert.equal(end, 'memory_exceeded');
    });
  }

  it('ends where code makes code without end', async () => {
    assert.equal(
      await endOf(`const f = (n) => new Function('f', 'n', 'return f(n + 1)')(f, n); for (;;) try { f(0) } catch {}`),
      'cpu_exceeded',
    );
    assert.equal(await endOf(`for (let i = 0; ; i += 1) new Function('return ' + i)()`), 'cpu_exceeded');
  });

  it('works at the top level, under the start-up budget', async () => {
    const { code } = instrument('new Function("for (;;);")(); export default () => 1');
    const limits = { ...defaultLimits, startupMs: 30 };
    await assert.rejects(
      Sandbox.create(await evaluatedPrelude(), { code, limits, dynamicCode: true }, new Notebook(), () => () => {}),
      /startupMs/,
    );
  });
});
