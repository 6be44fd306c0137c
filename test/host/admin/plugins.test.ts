/** host/admin/plugins.ts, host/admin/usage.ts, host/admin/health.ts */

import assert from 'node:assert/strict';
import { AdminHost, token } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world';

describe('the admin API', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());

  it('PUT …/:name of a source → 201, of the same → 200, of another → 201', async () => {
    const first = await host.push({ source: 'one' });
    assert.equal(first.status, 201);
    const { release, timings, ...rest } = first.json;
    assert.equal(release.number, 1);
    assert.match(release.hash, /^[0-9a-f]{64}$/);
    assert.equal(typeof timings.typecheckMs, 'number');
    assert.equal(typeof timings.totalMs, 'number');
    const releases = [{ number: 1, percentage: 100 }];
    assert.deepEqual(rest, { plugin: 'demo/hello/world', deployment: 1, releases, diagnostics: [], gates: {}, interfaces: ['fetch'] });
    assert.equal((await host.push({ source: 'one' })).status, 200);
    assert.equal((await host.push({ source: 'two' })).json.release.number, 2);
  });

  it('PUT …/:name of files, and of a manifest beside a source', async () => {
    assert.equal((await host.push({ files: { 'main.ts': 'x', 'nbox.json': '{"entry":"main.ts","owner":"a"}' } })).status, 201);
    assert.equal((await host.ask('GET', path)).json.owner, 'a');
    assert.equal((await host.push({ source: 'x', manifest: { owner: 'b', limits: { cpuMs: 7 } } })).status, 201);
    const { owner, manifest } = (await host.ask('GET', path)).json;
    assert.deepEqual([owner, manifest.limits.cpuMs], ['b', 7]);
  });

  it('POST /v1/plugins publishes several at once, or none', async () => {
    const post = (body: unknown) =>
      host.ask('POST', '/v1/plugins', { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    const plugins = [
      { plugin: 'demo/hello/world', source: 'one', manifest: { owner: 'a' } },
      { plugin: 'demo/hello/there', files: { 'index.ts': 'two' } },
    ];
    const { status, json } = await post({ plugins, message: 'both' });
    assert.deepEqual([status, json.plugins.map(({ deployment }: { deployment: number }) => deployment)], [201, [1, 1]]);
    assert.equal((await post({ plugins })).status, 200);
    assert.equal((await host.ask('GET', `${path}/deployments`)).json.deployments[0].message, 'both');
    const refused: [plugins: unknown[], status: number, code: string, pointer: string][] = [
      [[], 400, 'invalid_body', '/plugins'],
      [[...plugins, { plugin: 'demo/hello/new', source: 'TYPE ERROR' }], 422, 'type_errors', '/plugins/2'],
      [
        [
          { plugin: 'demo/hello/new', source: 'x' },
          { plugin: 'no id', source: 'x' },
        ],
        400,
        'invalid_plugin_id',
        '/plugins/1',
      ],
      [[{ plugin: 'demo/hello/new' }], 400, 'invalid_body', '/plugins/0'],
      [[{ plugin: 'demo/hello/new', files: { 'a.exe': 'x' } }], 422, 'invalid_source', '/plugins/0/files/a.exe'],
      [
        [{ plugin: 'demo/hello/new', files: { 'index.ts': 'x', 'nbox.json': '{}' }, manifest: {} }],
        400,
        'invalid_body',
        '/plugins/0/manifest',
      ],
      [
        [
          { plugin: 'demo/hello/new', source: 'x' },
          { plugin: 'demo/hello/new', source: 'y' },
        ],
        400,
        'invalid_body',
        '/plugins/1/plugin',
      ],
      [Array(101).fill(plugins[0]), 400, 'invalid_body', '/plugins'],
    ];
    for (const [list, code, name, pointer] of refused) {
      const { status: got, json: problem } = await post({ plugins: list });
      assert.deepEqual([got, problem.code, problem.pointer], [code, name, pointer], JSON.stringify(list).slice(0, 200));
    }
    assert.equal(host.registry.size, 2);
  });

  it('PUT …/:name that does not compile → 422 with diagnostics, and ?typecheck=warn → 201', async () => {
    await host.push({ source: 'one' });
    const { status, json } = await host.push({ source: 'TYPE ERROR' });
    assert.deepEqual([status, json.code], [422, 'type_errors']);
    assert.deepEqual(json.diagnostics, [
      { file: 'index.ts', line: 1, column: 2, code: 'TS2322', message: 'wrong type', severity: 'error' },
    ]);
    assert.equal(host.registry.get('demo/hello/world')?.release.number, 1);
    const warned = await host.push({ source: 'TYPE ERROR' }, { path: `${path}?typecheck=warn` });
    assert.deepEqual([warned.status, warned.json.diagnostics[0].severity], [201, 'warning']);
  });

  it('GET /v1/plugins lists what is live', async () => {
    assert.deepEqual((await host.ask('GET', '/v1/plugins')).json, { plugins: [], next: null });
    await host.push({ source: 'one', manifest: { owner: 'team', description: 'says hello' } });
    const { plugins } = (await host.ask('GET', '/v1/plugins')).json;
    assert.equal(plugins.length, 1);
    const { release, deployment, ...rest } = plugins[0];
    assert.deepEqual(rest, { plugin: 'demo/hello/world', owner: 'team', description: 'says hello', interfaces: ['fetch'] });
    assert.deepEqual(Object.keys(release), ['number', 'hash', 'createdAt']);
    assert.deepEqual([deployment.number, deployment.actor], [1, 'admin']);
    assert.equal(new Date(release.createdAt).toISOString(), release.createdAt);
  });

  it('GET …/releases lists the newest first, and which is live', async () => {
    await host.push({ source: 'one' });
    await host.push({ source: 'two' });
    await host.push({ source: 'one' });
    const { plugin, releases } = (await host.ask('GET', `${path}/releases`)).json;
    assert.equal(plugin, 'demo/hello/world');
    assert.deepEqual(
      releases.map(({ number, live }: { number: number; live: boolean }) => [number, live]),
      [
        [2, false],
        [1, true],
      ],
    );
  });

  it('DELETE …/:name → 204, then 404', async () => {
    await host.push({ source: 'one' });
    const gone = await host.ask('DELETE', path);
    assert.deepEqual([gone.status, gone.text], [204, '']);
    for (const [method, at] of [
      ['DELETE', path],
      ['GET', path],
      ['GET', `${path}/releases`],
      ['GET', `${path}/usage`],
    ] as const) {
      const { status, json } = await host.ask(method, at);
      assert.deepEqual([status, json.code], [404, 'no_such_plugin'], `${method} ${at}`);
    }
  });

  it('GET …/usage and GET /v1/usage give totals', async () => {
    await host.push({ source: 'one' });
    assert.equal((await host.ask('GET', `${path}/usage`)).json.calls, 0);
    host.totals.record({
      ...{ plugin: 'demo/hello/world', release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 1, outcome: 'ok' },
      ...{ waitUs: 5, initUs: 0, cpuUs: 10, wallUs: 20, steps: 3, memoryPeakBytes: 1_000, hostCalls: 1, bytesIn: 2, bytesOut: 4 },
    });
    const { calls, percentiles } = (await host.ask('GET', `${path}/usage`)).json;
    assert.deepEqual([calls, percentiles.wallUs.p99], [1, 20]);
    const all = (await host.ask('GET', '/v1/usage')).json;
    assert.deepEqual([all.plugins.length, all.plugins[0].cpuUs, all.removed.calls], [1, 10, 0]);
  });

  it('GET /healthz and /readyz answer anyone, under any Host', async () => {
    const stranger = { token: false, headers: { host: '10.1.2.3:8081' } } as const;
    assert.equal((await host.ask('GET', '/healthz', stranger)).status, 200);
    assert.deepEqual((await host.ask('GET', '/readyz', stranger)).json, { ready: true });
    host.state = { ready: false, reason: 'no executor is ready' };
    const { status, json } = await host.ask('GET', '/readyz', stranger);
    assert.deepEqual([status, json], [503, { ready: false, reason: 'no executor is ready' }]);
    assert.equal((await host.ask('GET', '/healthz', stranger)).status, 200);
  });

  it('HEAD answers as GET does, without a body', async () => {
    const { status, text, headers } = await host.ask('HEAD', '/v1/plugins');
    assert.deepEqual([status, text], [200, '']);
    assert.equal(headers['content-length'], String('{"plugins":[],"next":null}'.length));
  });

  it('sends no answer that a browser may keep or guess at', async () => {
    for (const at of ['/v1/plugins', '/healthz', '/nowhere']) {
      const { headers } = await host.ask('GET', at);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['access-control-allow-origin'], undefined);
      assert.match(headers['nbox-request-id'] as string, /^[0-9a-f-]{36}$/);
    }
  });

  it('answers under each of its names', async () => {
    for (const name of ['localhost', 'LOCALHOST:8081', '127.0.0.1:1', '[::1]:8081', 'admin.example.com']) {
      assert.equal((await host.ask('GET', '/v1/plugins', { headers: { host: name } })).status, 200, name);
    }
  });

  it('a publish goes on when its caller is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    host.builder.gate = promise;
    const abort = new AbortController();
    const pushing = fetch(`http://127.0.0.1:${host.port}${path}`, {
      ...{ method: 'PUT', body: '{"source":"one"}', signal: abort.signal },
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    while (host.builder.requests.length === 0) await new Promise((turn) => setImmediate(turn));
    abort.abort();
    await assert.rejects(pushing, { name: 'AbortError' });
    resolve();
    await host.publisher.close();
    assert.equal(host.registry.get('demo/hello/world')?.release.number, 1);
  });
});
