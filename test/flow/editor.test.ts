/** The editor's questions over the whole host: answered by a process of its own, which ends with the host, and whose time is the plugin's. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

describe('editors', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  const plugin = 'demo/editor/one';
  let version = 0;
  async function ask(kind: string, files: Record<string, string | null>, more: object = {}) {
    version += 1;
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/editor/${kind}`, { session: 's', version, files, ...more });
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    return { status: answer.status, ...((await answer.json()) as any) };
  }
  const source = "export default (request: Request) => {\n  const price: number = 'one';\n  return request.;\n};\n";

  it('are told what keeps their files from being published, and the same by a push', async () => {
    const mended = source.replace('request.;', 'request.nope;');
    const { status, result } = await ask('diagnose', { 'index.ts': mended });
    const pushed = (await (await host.put(plugin, mended)).json()) as { diagnostics: { line: number; column: number; code: string }[] };
    assert.equal(status, 200);
    const said = result.map(({ line, column, code, tags }: { line: number; column: number; code: string; tags?: string[] }) =>
      tags === undefined ? `${line}:${column} ${code}` : undefined,
    );
    assert.deepEqual(
      said.filter((one: string | undefined) => one !== undefined),
      pushed.diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`),
    );
  });

  it('are told what may be written, by changes alone', async () => {
    const since = version;
    const offset = source.indexOf('request.;') + 'request.'.length;
    const { result } = await ask('complete', { 'index.ts': source }, { since, file: 'index.ts', offset });
    assert.ok(result.items.some(({ name }: { name: string }) => name === 'headers'));
    const { status, code } = await ask('complete', {}, { session: 'another', since: version, file: 'index.ts', offset });
    assert.deepEqual([status, code], [409, 'editor_session_lost']);
  });

  it('are what their time is held against', async () => {
    const usage = async () => {
      const answer = (await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as { sinceStart?: { pushesCpuUs?: number } };
      return answer.sinceStart?.pushesCpuUs ?? 0;
    };
    assert.equal((await host.put(plugin, 'export default () => 1;')).status, 201);
    // The division is made once a second; what is asked meanwhile is in a later one.
    const before = await usage();
    while ((await usage()) <= before + 1_000) await ask('diagnose', { 'index.ts': `${source}// ${version}` });
  });
});
