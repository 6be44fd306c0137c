import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parts } from '../../../loader/guest/parts.ts';
import { partsFor } from '../../../loader/sandbox/prelude.ts';
import { exportNames } from '../../../loader/sandbox/wasm-module.ts';
import { callOf, getHead, guardLine, sandboxOf } from '../../support/sandboxes.ts';

async function answerOf(code: string): Promise<unknown> {
  const { sandbox, notes } = await sandboxOf(code);
  using _ = sandbox;
  sandbox.start(callOf(1), getHead, undefined);
  const [told] = notes.take();
  assert.ok(told?.kind === 'reply', JSON.stringify(told));
  return JSON.parse(told.body);
}

/** The parts that are evaluated at once, and those that wait for their use. */
function partsOf(code: string): { readonly named: readonly string[]; readonly others: readonly string[] } {
  const [named = [], others = []] = partsFor(code)
    .split(';')
    .map((list) => list.split(' ').filter((file) => file !== ''));
  return { named, others };
}

describe('partsFor(code)', () => {
  it('gives the parts whose globals or words stand in the code', () => {
    assert.deepEqual(partsOf('new URL(request.url)').named, ['url.ts']);
    assert.deepEqual(partsOf('x.headers.get("a"); setTimeout(f)').named, ['headers.ts', 'timers.ts']);
    assert.deepEqual(partsOf('const myURL = $URL; URLs').named, []);
  });

  it('takes no handler named fetch for a call of it', () => {
    assert.deepEqual(partsOf('export default { async fetch(request) {} }').named, []);
    assert.deepEqual(partsOf('app.fetch(r); const { fetch } = app;').named, []);
    for (const code of ['() => fetch(u)', 'const r = await fetch(u)', 'all([fetch(u), v])', 'all(fetch(u))']) {
      assert.deepEqual(partsOf(code).named, ['fetch.ts', 'headers.ts', 'request-init.ts', 'url.ts']);
    }
  });

  it('gives all others to code that may find globals by other means', () => {
    const { named, others } = partsOf('globalThis[name]; new URL(a)');
    assert.deepEqual(named, ['url.ts']);
    assert.ok(others.includes('console.ts') && !others.includes('url.ts'));
    assert.deepEqual(partsOf('console.log(1)').others, []);
  });

  it('takes no word of the guard’s own line for the plugin’s', () => {
    assert.equal(partsFor(`${guardLine}export default () => 1`), '');
    assert.notDeepEqual(partsOf(`${guardLine}export default () => globalThis`).others, []);
  });
});

describe('a sandbox’s globals', () => {
  it('are data properties where the code names them', async () => {
    const code = `export default () => { const d = Object.getOwnPropertyDescriptor(globalThis, 'URL'); return [typeof d.value, d.writable, d.enumerable, d.configurable] }`;
    assert.deepEqual(await answerOf(code), ['function', true, false, true]);
  });

  it('are all there for code that looks for them by computed names', async () => {
    const names = Object.values(parts).flatMap(({ globals }) => globals);
    const code = `export default () => ${JSON.stringify(names.map((name) => [...name]))}.filter((letters) => globalThis[letters.join('')] === undefined).map((letters) => letters.join(''))`;
    assert.deepEqual(await answerOf(code), []);
  });

  it('can be replaced before they are read', async () => {
    assert.deepEqual(await answerOf(`export default () => { globalThis['con' + 'sole'] = 7; return [globalThis['cons' + 'ole']] }`), [7]);
  });

  it('bring what methods of the language need where the code names one', async () => {
    assert.equal(await answerOf(`export default () => (1234.5).toLocaleString('de')`), '1.234,5');
    assert.deepEqual(await answerOf(`export default () => ['b', 'B', 'a'].sort((x, y) => x.localeCompare(y))`), ['a', 'b', 'B']);
  });

  it('end a URL pattern’s expression that runs for ever as they end a loop', async () => {
    const { sandbox } = await sandboxOf(
      `export default () => new URLPattern({ pathname: '/((?:a+)+)b' }).test({ pathname: '/' + 'a'.repeat(100) })`,
    );
    using _ = sandbox;
    assert.equal(sandbox.start(callOf(1), getHead, undefined).stopped?.code, 'cpu_exceeded');
  });

  it('hide the prelude’s text and modules', async () => {
    assert.deepEqual(
      await answerOf(
        `export default async () => [String(URL).replace(/\\s+/g, ' '), await import('url.ts').then(() => 'loaded', () => 'refused')]`,
      ),
      ['function URL() { [native code] }', 'refused'],
    );
  });
});

describe('the engine’s module', () => {
  it('exports under the names that are used here what the library’s own loader takes them for', async () => {
    const library = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/emscripten-module');
    const text = await readFile(library, 'utf8');
    const names = new Map([...text.matchAll(/\w\._(\w+)=\w\.([\w$]+)/g)].map(([, long, short]) => [long, short]));
    for (const [long, short] of Object.entries(exportNames)) {
      if (long.startsWith('QTS_') || long === 'malloc' || long === 'free') assert.equal(names.get(long), short, long);
    }
  });
});
