/** host/admin/deployments.ts and releases.ts, over HTTP. */

import assert from 'node:assert/strict';
import { compare } from '../../../host/admin/releases.ts';
import { AdminHost } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world';

describe('the admin API, releases and deployments', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one\n' });
    await host.push({ source: 'two\n', message: 'second' });
  });
  afterEach(() => host.close());
  const post = (what: string, body: unknown, headers: Record<string, string> = {}) =>
    host.ask('POST', `${path}/${what}`, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

  it('POST …/deployments → 201, of the same → 200, and GET …/deployments has who, when and why', async () => {
    const releases = [
      { number: 1, percentage: 99.99 },
      { number: 2, percentage: 0.01 },
    ];
    const made = await post('deployments', { releases, message: 'slowly' });
    assert.deepEqual([made.status, made.headers.etag], [201, '"3"']);
    const { createdAt, actor, ...rest } = made.json.deployment;
    assert.ok(Date.parse(createdAt) > 0 && actor.length > 0);
    assert.deepEqual(rest, { number: 3, releases, cause: 'deploy', message: 'slowly', replaced: 2 });
    assert.equal((await post('deployments', { releases: [...releases].reverse() })).status, 200);
    const list = await host.ask('GET', `${path}/deployments`);
    assert.equal(list.headers.etag, '"3"');
    assert.deepEqual(list.json.deployments[0], made.json.deployment);
    assert.deepEqual(
      list.json.deployments.map((one: { number: number; cause: string; message: string }) => [one.number, one.cause, one.message]),
      [
        [3, 'deploy', 'slowly'],
        [2, 'push', 'second'],
        [1, 'push', ''],
      ],
    );
  });

  it('POST …/deployments refuses what is no deployment, with its place', async () => {
    const cases: [body: unknown, status: number, code: string, pointer?: string][] = [
      [{}, 400, 'invalid_body', '/releases'],
      [{ releases: [{ number: 0, percentage: 100 }] }, 400, 'invalid_body', '/releases/0/number'],
      [{ releases: [{ number: 1, percentage: '100' }] }, 400, 'invalid_body', '/releases/0/percentage'],
      [{ releases: [{ number: 1, percentage: 100, extra: 1 }] }, 400, 'invalid_body', '/releases/0/extra'],
      [{ releases: [{ number: 1, percentage: 100 }], message: 'x'.repeat(501) }, 400, 'invalid_body', '/message'],
      [{ releases: [] }, 422, 'invalid_deployment', '/releases'],
      [{ releases: [{ number: 1, percentage: 99 }] }, 422, 'invalid_deployment', '/releases'],
      [{ releases: [{ number: 7, percentage: 100 }] }, 404, 'no_such_release'],
    ];
    for (const [body, status, code, pointer] of cases) {
      const { status: got, json } = await post('deployments', body);
      assert.deepEqual([got, json.code, json.pointer], [status, code, pointer], JSON.stringify(body).slice(0, 100));
    }
    assert.equal((await host.ask('GET', `${path}/deployments`)).json.deployments.length, 2);
  });

  it('POST …/rollback goes back, and says where it cannot', async () => {
    const { status, json } = await post('rollback', { message: 'worse' });
    assert.deepEqual([status, json.deployment.releases, json.deployment.cause], [201, [{ number: 1, percentage: 100 }], 'rollback']);
    assert.deepEqual([(await post('rollback', {})).status, (await post('rollback', { to: 2 })).status], [409, 201]);
    assert.equal((await post('rollback', { to: 9 })).json.code, 'no_such_release');
  });

  it('If-Match is held to on every change, and what it names is the ETag of GET', async () => {
    assert.equal((await host.ask('GET', path)).headers.etag, '"2"');
    const stale = { 'if-match': '"1"' };
    const releases = [{ number: 1, percentage: 100 }];
    const refused = [
      await post('deployments', { releases }, stale),
      await post('rollback', {}, stale),
      await host.ask('DELETE', path, { headers: stale }),
      await host.push({ source: 'three' }, { headers: stale }),
      await host.push({ source: 'three' }, { headers: { 'if-none-match': '*' } }),
    ];
    for (const { status, json } of refused) assert.deepEqual([status, json.code], [412, 'precondition_failed']);
    for (const value of ['2', '"x"', 'W/"2"', '"1", "2"', '*']) {
      assert.equal((await post('rollback', {}, { 'if-match': value })).json.code, 'bad_request', value);
    }
    assert.equal((await host.push({ source: 'three' }, { headers: { 'if-match': '"2"' } })).headers.etag, '"3"');
    assert.equal((await host.ask('DELETE', path, { headers: { 'if-match': '"3"' } })).status, 204);
  });

  it('Idempotency-Key: what is sent again does nothing again, and is answered as before', async () => {
    const push = (source: string, key: string, at = path) => host.push({ source }, { path: at, headers: { 'idempotency-key': key } });
    const first = await push('three', 'k1');
    assert.deepEqual([first.status, first.headers['idempotency-replayed']], [201, undefined]);
    await host.push({ source: 'four' });
    const again = await push('three', 'k1');
    assert.deepEqual([again.status, again.headers['idempotency-replayed'], again.headers.etag], [201, 'true', '"3"']);
    const { timings: _, ...answer } = first.json;
    const { timings: __, ...repeated } = again.json;
    assert.deepEqual(repeated, answer);
    assert.equal(host.registry.get('demo/hello/world')?.release.number, 4);
    for (const [source, at] of [
      ['five', path],
      ['three', `${path}?percentage=10`],
      ['three', `${path}?typecheck=warn`],
    ] as const) {
      const { status, json } = await push(source, 'k1', at);
      assert.deepEqual([status, json.code], [422, 'idempotency_mismatch']);
    }
    assert.equal((await push('five', 'k1', '/v1/plugins/demo/hello/other')).status, 201);
    for (const key of ['', 'a b', 'x'.repeat(256), 'ä']) assert.equal((await push('three', key)).json.code, 'bad_request', key);
    // A push that was refused has done nothing.
    assert.equal((await push('TYPE ERROR', 'k2')).status, 422);
    assert.equal((await push('six', 'k2')).status, 201);
    await host.ask('DELETE', path);
    assert.equal((await push('three', 'k1')).json.deployment, 6);
  });

  it('Idempotency-Key of a push of several plugins', async () => {
    const post = (source: string) =>
      host.ask('POST', '/v1/plugins', {
        body: JSON.stringify({ plugins: ['a/b/c', 'a/b/d'].map((plugin) => ({ plugin, source })) }),
        headers: { 'content-type': 'application/json', 'idempotency-key': 'bulk' },
      });
    const first = await post('one');
    await host.push({ source: 'other' }, { path: '/v1/plugins/a/b/c' });
    const again = await post('one');
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [201, 'true']);
    const numbers = (answer: typeof first) =>
      answer.json.plugins.map((one: { deployment: number; created: boolean }) => [one.deployment, one.created]);
    assert.deepEqual(numbers(again), numbers(first));
    assert.equal(host.registry.get('a/b/c')?.release.number, 2);
    assert.equal((await post('two')).json.code, 'idempotency_mismatch');
  });

  it('PUT …?percentage= is a canary', async () => {
    const { status, json } = await host.push({ source: 'three' }, { path: `${path}?percentage=12.5` });
    assert.deepEqual(
      [status, json.releases],
      [
        201,
        [
          { number: 2, percentage: 87.5 },
          { number: 3, percentage: 12.5 },
        ],
      ],
    );
    assert.deepEqual((await host.ask('GET', path)).json.deployment.releases, json.releases);
    for (const value of ['-1', '1e1', '', '0.001', 'all']) {
      assert.equal((await host.push({ source: 'four' }, { path: `${path}?percentage=${value}` })).json.code, 'invalid_query', value);
    }
    assert.equal((await host.push({ source: 'four' }, { path: `${path}?percentage=100.5` })).json.code, 'invalid_deployment');
  });

  it('GET …/releases/:number, its source and what it changed', async () => {
    const one = (await host.ask('GET', `${path}/releases/2`)).json;
    assert.deepEqual([one.number, one.message, one.percentage, one.sourceBytes, one.live], [2, 'second', 100, 4, true]);
    assert.ok(one.timings.probeMs >= 0 && one.manifest.entry === 'index.ts');
    const { files, manifest } = (await host.ask('GET', `${path}/releases/1/source`)).json;
    assert.deepEqual([files, manifest.entry], [{ 'index.ts': 'one\n' }, 'index.ts']);
    const diff = (await host.ask('GET', `${path}/releases/2/diff`)).json;
    assert.deepEqual([diff.number, diff.against, diff.files.length, diff.files[0].change], [2, 1, 1, 'changed']);
    assert.match(diff.files[0].patch, /^-one\n\+two$/m);
    assert.deepEqual((await host.ask('GET', `${path}/releases/2/diff?against=2`)).json.files, []);
    for (const at of [
      'releases/9',
      'releases/0',
      'releases/x',
      'releases/1e1',
      'releases/9/source',
      'releases/1/diff',
      'releases/2/diff?against=9',
    ]) {
      assert.equal((await host.ask('GET', `${path}/${at}`)).json.code, 'no_such_release', at);
    }
  });
});

describe('compare(before, after)', () => {
  const files = (object: Record<string, string>) => new Map(Object.entries(object));

  it('tells what was added, removed and changed, in order', () => {
    const found = compare(files({ b: '1\n', c: '1\n', d: 'same' }), files({ a: 'x\n', b: '2\n', d: 'same' }));
    assert.deepEqual(
      found.map(({ file, change }) => [file, change]),
      [
        ['a', 'added'],
        ['b', 'changed'],
        ['c', 'removed'],
      ],
    );
  });

  it('gives up on texts that have nothing in common, before they take long', () => {
    const lines = (seed: number) => Array.from({ length: 40_000 }, (_, i) => `${(i * 7_919 + seed * 104_729) % 1_000_003}`).join('\n');
    assert.deepEqual(compare(files({ a: lines(1) }), files({ a: lines(2) })), [{ file: 'a', change: 'changed', patch: null }]);
  });
});
