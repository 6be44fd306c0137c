/** Code from strings: asked for by a manifest, allowed by an operator, held by the guards; and what one is told without either. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, RunningHost } from '../support/running-host.ts';

const allowed = ['--dynamic-code', 'true'];
const manifest = { dynamicCode: true };

/** As template libraries go: the text becomes the source of a function. */
const template = `function compile(text: string): (it: unknown) => string {
  const parts = text.split(/\\{\\{=(.+?)\\}\\}/);
  return new Function('it', 'return ' + parts.map((part, i) => (i % 2 ? '(' + part + ')' : JSON.stringify(part))).join(' + ')) as never;
}
export default (request: Request) => new Response(compile('{{=it.greeting}}, {{=it.name.toUpperCase()}}!')({ greeting: 'hi', name: 'ada' }));`;

const lodash = `import { template } from 'lodash-es';
const page = template('<% for (const name of names) { %><li><%- name %></li><% } %>');
export default () => new Response(page({ names: ['a', '<b>'] }));`;

const refusal = /code from strings is off in plugins: it takes "dynamicCode": true in the manifest, and an operator who allows that/;

describe('code from strings on a host that does not allow it', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  it('is refused at the push, with the option that would allow it', async () => {
    const answer = await host.put('dynamic/off/asks', { source: template, manifest });
    const problem = (await answer.json()) as Problem;
    assert.deepEqual([answer.status, problem.code, problem.pointer], [422, 'invalid_manifest', '/manifest/dynamicCode']);
    assert.match(problem.detail, /--dynamic-code true \(NBOX_DYNAMIC_CODE\)/);
    const files = { 'index.ts': template, 'nbox.json': JSON.stringify(manifest) };
    assert.equal(((await (await host.put('dynamic/off/asks', { files })).json()) as Problem).pointer, '/files/nbox.json/dynamicCode');
  });

  it('is an error that says what to do where a call makes it', async () => {
    await host.push('dynamic/off/template', template);
    const problem = await host.problem('dynamic/off/template');
    assert.deepEqual([problem.status, problem.code, problem.position?.line], [502, 'plugin_error', 3]);
    assert.match(problem.detail, refusal);
  });

  it('fails the push where the top level makes it', async () => {
    const answer = await host.put('dynamic/off/lodash', lodash);
    const problem = (await answer.json()) as Problem;
    assert.deepEqual([answer.status, problem.code], [422, 'probe_failed']);
    assert.match(problem.detail, refusal);
  });

  it('says of what is off that it is, to the type checker and where a call uses it', async () => {
    const source = 'export default () => new WeakRef({})';
    const problem = (await (await host.put('dynamic/off/weak', source)).json()) as Problem;
    assert.deepEqual(
      [problem.code, problem.diagnostics?.[0]?.message],
      ['type_errors', "'WeakRef' is off in plugins, which do not need it."],
    );
    for (const name of ['WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics']) {
      const id = `dynamic/off/${name.toLowerCase()}`;
      await host.push(id, { files: { 'index.js': `export default () => [typeof ${name}, ${name}.prototype]` } });
      assert.equal((await host.problem(id)).detail, `ReferenceError: '${name}' is not defined: it is off in plugins, which do not need it`);
    }
  });
});

describe('code from strings on a host that allows it', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(allowed);
  });
  after(() => host.close());

  it('works for template libraries of a plugin whose manifest asks for it', async () => {
    await host.push('dynamic/on/template', { source: template, manifest });
    assert.equal(await host.text('dynamic/on/template'), 'hi, ADA!');
    await host.push('dynamic/on/lodash', { source: lodash, manifest });
    assert.equal(await host.text('dynamic/on/lodash'), '<li>a</li><li>&lt;b&gt;</li>');
  });

  it('works where each call starts anew, and where no snapshot can stand for the release', async () => {
    await host.push('dynamic/on/request', { source: template, manifest: { ...manifest, isolation: 'request' } });
    for (let i = 0; i < 3; i += 1) assert.equal(await host.text('dynamic/on/request'), 'hi, ADA!');
    await host.push('dynamic/on/random', { source: `const id = crypto.randomUUID();\n${template}\nexport { id };`, manifest });
    for (let i = 0; i < 3; i += 1) assert.equal(await host.text('dynamic/on/random'), 'hi, ADA!');
  });

  it('stays off in plugins whose manifests do not', async () => {
    await host.push('dynamic/on/silent', template);
    assert.match((await host.problem('dynamic/on/silent')).detail, refusal);
  });

  it('is another release than the same source without', async () => {
    const without = await host.push('dynamic/on/twice', template);
    const asked = await host.push('dynamic/on/twice', { source: template, manifest });
    assert.notEqual(asked.release.hash, without.release.hash);
  });

  const endings: Readonly<Record<string, [source: string, code: string]>> = {
    'a loop': ['export default () => new Function("for (;;);")()', 'cpu_exceeded'],
    'a loop that swallows its stop': ['export default () => eval("for (;;) new Promise(() => { for (;;); })")', 'cpu_exceeded'],
    'endless recursion': ['export default () => new Function("f", "return f(f)")(new Function("f", "return f(f)"))', 'plugin_error'],
    'memory without end': ['export default () => eval("for (const a = [];;) a.push(new Uint8Array(1e6).fill(1))")', 'memory_exceeded'],
    'a native loop': [
      'export default () => eval("Array.from({ length: 3e7 }, (_, i) => i).map(BigInt).join().split(\\",\\").sort()")',
      'any',
    ],
    'code nested beyond the parser': ['export default () => new Function("[".repeat(1e6))', 'plugin_error'],
    'parentheses without end': ['export default () => eval("(".repeat(1e5))', 'plugin_error'],
  };
  for (const [what, [source, code]] of Object.entries(endings)) {
    it(`ends ${what}, and the plugin's next call is well`, async () => {
      const id = `dynamic/on/ends-${Object.keys(endings).indexOf(what)}`;
      const handler = source.replace('export default () =>', 'const bad = (): unknown =>');
      const files = { 'index.ts': `${handler};\nexport default (request: Request) => (request.url.endsWith('/good') ? 'good' : bad());` };
      // A slow machine takes more than 50 ms to give it the memory that it may have.
      const limits = code === 'memory_exceeded' ? { cpuMs: 2_000, deadlineMs: 20_000 } : { cpuMs: 50, deadlineMs: 500 };
      await host.push(id, { files, manifest: { ...manifest, limits } });
      const problem = await host.problem(id);
      if (code !== 'any') assert.equal(problem.code, code, problem.detail);
      assert.equal(await host.text(`${id}/good`), '"good"');
    });
  }
});

describe('a release with code from strings, once its host allows it no more', () => {
  let data: string;
  let failure = '';
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-dynamic-'));
    const host = await RunningHost.start(allowed, data);
    await host.push('dynamic/stored/template', { source: template, manifest });
    await host.push('dynamic/stored/plain', 'export default () => "plain"');
    assert.equal(await host.text('dynamic/stored/template'), 'hi, ADA!');
    await host.push('dynamic/stored/failing', { source: 'export default () => eval("nothing.there")', manifest });
    await host.problem('dynamic/stored/failing');
    const path = '/v1/plugins/dynamic/stored/failing/failures';
    const { failures } = (await (await host.admin('GET', path)).json()) as { failures: { id: string }[] };
    failure = failures[0]?.id ?? '';
    assert.equal((await host.admin('POST', `${path}/${failure}/keep`, {})).status, 201);
    await host.close();
  });
  after(() => rm(data, { recursive: true, force: true }));

  it('is refused, call by call, until another is published or it is allowed again', async () => {
    const off = await RunningHost.start([], data);
    const problem = await off.problem('dynamic/stored/template');
    assert.deepEqual([problem.status, problem.code], [503, 'dynamic_code_off']);
    assert.match(problem.detail, /--dynamic-code true/);
    assert.ok(off.lines.some(({ plugin, msg }) => plugin === 'dynamic/stored/template' && /calls are refused/.test(String(msg))));
    assert.equal(await off.text('dynamic/stored/plain'), '"plain"');
    const usage = (await (await off.admin('GET', '/v1/plugins/dynamic/stored/template/usage')).json()) as { outcomes: object };
    assert.deepEqual(usage.outcomes, { dynamic_code_off: 1 });
    const replay = await off.admin('POST', '/v1/plugins/dynamic/stored/failing/replays', { failure });
    assert.deepEqual([replay.status, ((await replay.json()) as Problem).code], [503, 'dynamic_code_off']);
    await off.close();

    const on = await RunningHost.start(allowed, data);
    assert.equal(await on.text('dynamic/stored/template'), 'hi, ADA!');
    await on.close();

    const again = await RunningHost.start([], data);
    await again.push('dynamic/stored/template', 'export default () => new Response("does without")');
    assert.equal(await again.text('dynamic/stored/template'), 'does without');
    await again.close();
  });
});
