/** host/admin/tests.ts */

import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { AdminHost } from './admin-host.ts';

describe('POST …/:name/tests', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());
  const run = (body: unknown, query = '') =>
    host.ask('POST', `/v1/plugins/demo/hello/world/tests${query}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('checks and builds, runs the tests, and keeps nothing', async () => {
    host.tested = { result: 'passed', passed: 2, failed: 0, skipped: 1, durationMs: 3, slow: [] };
    const { status, json } = await run({ files: { 'index.ts': 'x', 'a.test.ts': 'x' } });
    assert.equal(status, 200);
    assert.deepEqual(json, { plugin: 'demo/hello/world', tests: host.tested, diagnostics: [] });
    assert.equal((await host.ask('GET', '/v1/plugins/demo/hello/world')).status, 404);
    host.tested = undefined;
    assert.equal((await run({ source: 'x' })).json.tests, null);
  });

  it('is refused as a push is', async () => {
    for (const [body, code, pointer] of [
      [{}, 'invalid_body', ''],
      [{ source: 'x', message: 'why' }, 'invalid_body', '/message'],
      [{ source: 'x', manifest: { lane: 'none' } }, 'invalid_manifest', '/manifest/lane'],
      [{ source: 'TYPE ERROR' }, 'type_errors', undefined],
    ] as const) {
      const { json } = await run(body);
      assert.deepEqual([json.code, json.pointer], [code, pointer], JSON.stringify(json));
    }
    assert.equal((await run({ source: 'TYPE ERROR' }, '?typecheck=warn')).json.diagnostics.length, 1);
    assert.equal((await run({ source: 'x' }, '?tests=skip')).json.code, 'invalid_query');
  });

  it('tells what failed', async () => {
    const tests = { result: 'failed', passed: 0, failed: 1, skipped: 0, notRun: 0, durationMs: 1, failures: [] };
    host.tested = new NboxError('tests_failed', { detail: 'one', extensions: { tests } });
    const { status, json } = await run({ source: 'x' });
    assert.deepEqual([status, json.code, json.tests], [422, 'tests_failed', tests]);
  });
});
