/** host/cli/show.ts, against the real admin API. */

import assert from 'node:assert/strict';
import { CliHost } from './cli-host.ts';

const plugin = 'demo/hello/world';

describe('nbox show', () => {
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
    const manifest = { owner: 'team-a', description: 'Says hello', egress: ['api.example.com'] };
    assert.equal((await host.admin.push({ source: 'one', manifest, message: 'first' })).status, 201);
    assert.equal((await host.admin.push({ source: 'two', manifest }, { path: `/v1/plugins/${plugin}?percentage=5` })).status, 201);
    const budget = { window: '1h', calls: 100, mode: 'hard' };
    const body = JSON.stringify(budget);
    assert.equal((await host.admin.ask('PUT', '/v1/budgets/demo', { body })).status, 201);
    assert.equal((await host.admin.ask('PUT', '/v1/budgets/other', { body })).status, 201);
  });
  after(() => host.close());

  it('shows all about one plugin', async () => {
    const { code, stdout, stderr } = await host.run(['show', plugin]);
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.split('\n');
    assert.equal(lines[0], plugin);
    const of = (name: string) =>
      lines
        .find((line) => line.startsWith(`  ${name} `))
        ?.slice(12)
        .trim() ?? '';
    assert.equal(of('what'), 'Says hello');
    assert.equal(of('owner'), 'team-a');
    assert.match(of('deployed'), /^release 1 95%, 2 5%; deployment 2, \d+\w ago by \S+$/);
    assert.match(of('releases'), /^2 /);
    assert.match(stdout, /^ +1 {2}\d+\w ago {2}\S+ {2}first$/m);
    assert.match(of('usage'), /^0 calls since the start, 0 failed/);
    assert.match(of('hint'), /^2 wanted, 1 there: CPU demand/);
    assert.equal(of('breaker'), 'closed');
    assert.equal(of('budgets'), 'demo (hard, 1h): ok, calls 0%');
    assert.doesNotMatch(stdout, /other/);
    assert.equal(of('may fetch'), 'api.example.com');
    assert.match(of('limits'), /deadlineMs 1000/);
  });

  it('shows what the host does not say in its words, and the rest', async () => {
    const before = host.admin.hint;
    host.admin.hint = { kind: 'unknown', reason: 'the host started 1 s ago' };
    const { code, stdout } = await host.run(['show', plugin]);
    host.admin.hint = before;
    assert.equal(code, 0);
    assert.match(stdout, /hint +\? the host started 1 s ago/);
    assert.match(stdout, /limits/);
  });

  it('--json has it by what it is; no such plugin is an error', async () => {
    const shown = JSON.parse((await host.run(['show', plugin, '--json'])).stdout);
    assert.deepEqual([shown.plugin.plugin, shown.breaker.state, shown.releases.length], [plugin, 'closed', 2]);
    const { code, stderr } = await host.run(['show', 'demo/hello/nobody']);
    assert.equal(code, 1);
    assert.match(stderr, /no_such_plugin/);
  });
});
