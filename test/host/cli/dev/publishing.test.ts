/** host/cli/dev/publishing.ts */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '../../../../host/cli/admin-client.ts';
import type { Live, Refused, Tested } from '../../../../host/cli/dev/events.ts';
import { PackedReader } from '../../../../host/cli/dev/packed-reader.ts';
import { Publishing } from '../../../../host/cli/dev/publishing.ts';
import { TempDir } from '../../doubles.ts';

const plugin = 'demo/hello/world';

class FakeClient {
  readonly asked: { readonly method: string; readonly path: string; readonly body: { files: Record<string, string> } }[] = [];
  /** What the next pushes come to. */
  readonly answers: (Error | 'passed')[] = [];
  gate: Promise<void> = Promise.resolve();
  #release = 0;

  readonly ask = async (method: string, path: string, _schema: unknown, body?: unknown): Promise<never> => {
    this.asked.push({ method, path, body: body as never });
    await this.gate;
    if (method === 'POST')
      return { status: 200, value: { tests: { result: 'passed', passed: 1, skipped: 0, durationMs: 1, slow: [] } } } as never;
    const answer = this.answers.shift();
    if (answer instanceof Error) throw answer;
    this.#release += 1;
    const value = { release: { number: this.#release }, diagnostics: [], timings: { totalMs: 1 }, interfaces: ['fetch'] };
    return { status: 201, value } as never;
  };
}

function refused(code: string): RefusedError {
  return new RefusedError({ code, detail: 'wrong', diagnostics: [] }, undefined);
}

describe('Publishing', () => {
  let temp: TempDir;
  let client: FakeClient;
  let told: (Live | Refused | Tested)[];
  let publishing: Publishing;
  let now = 1_000;
  let waits: () => void;
  const write = (text: string) => writeFileSync(join(temp.path, 'index.ts'), text);
  const words = () => told.map((one) => (one.event === 'live' ? `live ${one.release}` : one.event === 'refused' ? one.code : 'tests'));

  beforeEach(() => {
    temp = new TempDir();
    client = new FakeClient();
    told = [];
    now = 1_000;
    waits = () => {};
    publishing = new Publishing({
      ...{ client, plugin, runTests: true, now: () => now },
      reader: new PackedReader(temp.path, false),
      tell: (event) => told.push(event),
      wait: async () => waits(),
    });
    write('one');
  });
  afterEach(() => temp[Symbol.dispose]());

  it('pushes what is new, past its tests, and runs them when it is live; tells how long the save took', async () => {
    now = 1_050;
    await publishing.look(1_000);
    assert.deepEqual(words(), ['live 1', 'tests']);
    assert.equal((told[0] as Live).savedMs, 50);
    assert.deepEqual(
      client.asked.map(({ method, path }) => [method, path]),
      [
        ['PUT', `/v1/plugins/${plugin}?tests=skip`],
        ['POST', `/v1/plugins/${plugin}/tests?typecheck=warn`],
      ],
    );
    assert.equal(client.asked[0]?.body.files['index.ts'], 'one');
  });

  it('pushes nothing twice, whether it went live or not', async () => {
    await publishing.look(0);
    await publishing.look(0);
    client.answers.push(refused('type_errors'));
    write('wrong');
    await publishing.look(0);
    await publishing.look(0);
    write('one');
    await publishing.look(0);
    assert.deepEqual(words(), ['live 1', 'tests', 'type_errors', 'live 2', 'tests']);
  });

  it('pushes what was saved meanwhile next, at once, and leaves out the tests of what is gone', async () => {
    const gate = Promise.withResolvers<void>();
    client.gate = gate.promise;
    const first = publishing.look(100);
    while (client.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    write('two');
    const second = publishing.look(300);
    void publishing.look(200);
    now = 500;
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(words(), ['live 1', 'live 2', 'tests']);
    assert.equal((told[1] as Live).savedMs, 300);
  });

  it('tests what is live though it was looked for something new meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    client.gate = gate.promise;
    const first = publishing.look(100);
    while (client.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = publishing.look(200);
    gate.resolve();
    await Promise.all([first, second]);
    assert.deepEqual(words(), ['live 1', 'tests']);
  });

  it('tells once of a source that cannot be read, and of one that can be again', async () => {
    write('a\0b');
    await publishing.look(0);
    await publishing.look(0);
    write('one');
    await publishing.look(0);
    assert.deepEqual(words(), ['invalid_source', 'live 1', 'tests']);
  });

  it('waits for a file that is being written, and pushes one that stays empty', async () => {
    temp.write('other.ts', 'x');
    await publishing.look(0);
    write('');
    waits = () => write('filled');
    await publishing.look(0);
    assert.deepEqual([words().at(-2), client.asked.at(-2)?.body.files['index.ts']], ['live 2', 'filled']);
    let count = 0;
    waits = () => {
      count += 1;
    };
    write('');
    await publishing.look(0);
    assert.deepEqual([words().at(-2), client.asked.at(-2)?.body.files['index.ts'], count], ['live 3', '', 15]);
  });

  it('looks for everything again where what was packed before may be too little', async () => {
    temp.write('package.json', '{"dependencies":{"lib":"1.0.0"}}');
    temp.write('node_modules/lib/package.json', '{"name":"lib","version":"1.0.0","main":"index.js"}');
    temp.write('node_modules/lib/index.js', 'export const a = 1;');
    write("import { a } from 'lib';\nexport default () => a;\n");
    await publishing.look(0);
    assert.ok(Object.keys(client.asked[0]?.body.files ?? {}).includes('node_modules/lib/index.js'));
    write("import { a } from 'lib';\nexport default () => a + 1;\n");
    client.answers.push(refused('bundle_failed'));
    await publishing.look(0);
    assert.deepEqual(words(), ['live 1', 'tests', 'live 2', 'tests']);
    // A source that is wrong by itself is refused once it was looked at anew.
    write("import { a } from 'lib';\nexport default () => a + 2;\n");
    client.answers.push(refused('bundle_failed'), refused('bundle_failed'));
    await publishing.look(0);
    assert.deepEqual(words().at(-1), 'bundle_failed');
  }).timeout(30_000);

  it('does nothing once it is closed', async () => {
    await publishing.close();
    await publishing.look(0);
    assert.deepEqual(client.asked, []);
  });
});
