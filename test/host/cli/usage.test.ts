/** host/cli/usage.ts and usage-rows.ts, against the real admin API with a double behind it. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { divide } from '../../../host/meter/attribution/divide.ts';
import type { Division } from '../../../host/meter/division.ts';
import { CliHost } from './cli-host.ts';

const percentiles = { p50: 100, p90: 200, p99: 3_000 };
const row = {
  ...{ from: '2023-11-14T00:00:00Z', to: '2023-11-15T00:00:00Z', plugin: 'a/b/c', outcome: null, calls: 12, cpuUs: 4_000_000 },
  ...{ osCpuUs: 5_000_000, memoryBytes: 3_145_728, outcomes: { ok: 10, aborted: 2 } },
  percentiles: { waitUs: percentiles, runUs: percentiles, cpuUs: percentiles },
};

describe('nbox usage since the start', () => {
  let host: CliHost;
  beforeEach(async () => {
    host = await CliHost.start();
  });
  afterEach(() => host.close());

  /** A second in which so many plugins have used 1 ms each more than the one before, and the last one of them memory alone. */
  function divided(plugins: number): Division {
    const ids = Array.from({ length: plugins }, (_, i) => `a/b/p${i}`);
    const used = ids.slice(0, -1).map((id, i) => [id, { callsUs: (i + 1) * 1_000, pushesUs: 500 }] as const);
    const usedUs = used.reduce((sum, [, { callsUs, pushesUs }]) => sum + callsUs + pushesUs, 0);
    const parts = { ingress: 30_000, executors: 20_000, builder: 0 };
    return divide(
      { from: 0, to: 1_000, lengthMs: 1_000 },
      { plugins: new Map(used), parts },
      {
        plugins: new Map(ids.map((id) => [id, 2_097_152])),
        parts: { ingress: 104_857_600, executors: 0, builder: 0 },
        totalBytes: 104_857_600 + plugins * 2_097_152,
      },
      usedUs + 50_000 + 1_000,
    );
  }
  const fields = (line: string | undefined) => line?.split(/ {2,}/);

  it('shows who uses the machine: plugins, the host’s parts and the residual, which add up', async () => {
    host.admin.known.add('a/b/p0').add('a/b/p1').add('a/b/p2');
    host.admin.account.divided(divided(3));
    const { code, stdout, stderr } = await host.run(['usage']);
    assert.equal(code, 0, stderr);
    const lines = stdout.split('\n\n')[1]?.trimEnd().split('\n') ?? [];
    assert.deepEqual(lines.map(fields), [
      ['WHO USES THE MACHINE', 'LAST 10 S', 'CPU', 'SHARE', 'OF CALLS', 'OF PUSHES', 'MEMORY NOW'],
      ['a/b/p1', '2.5 ms', '2.5 ms', '4.5%', '2.0 ms', '500 µs', '2.0 MiB'],
      ['a/b/p0', '1.5 ms', '1.5 ms', '2.7%', '1.0 ms', '500 µs', '2.0 MiB'],
      ['a/b/p2', '0 µs', '0 µs', '0.0%', '0 µs', '0 µs', '2.0 MiB'],
      ['host: ingress', '30.0 ms', '30.0 ms', '54.5%', '100.0 MiB'],
      ['host: executors', '20.0 ms', '20.0 ms', '36.4%', '0.0 MiB'],
      ['host: builder', '0 µs', '0 µs', '0.0%', '0.0 MiB'],
      ['residual', '1.0 ms', '1.0 ms', '1.8%', '0.0 MiB'],
      ['total', '55.0 ms', '55.0 ms', '100.0%', '106.0 MiB'],
    ]);
    host.admin.known.delete('a/b/p0');
    assert.match((await host.run(['usage'])).stdout, /\n\(removed\) +1\.5 ms +2\.7% +1\.0 ms +500 µs\n/);
  });

  it('shows the twenty that have used the most by themselves, and all others together', async () => {
    const division = divided(31);
    for (const id of division.plugins.keys()) host.admin.known.add(id);
    host.admin.account.divided(division);
    const lines = (await host.run(['usage'])).stdout.trimEnd().split('\n');
    assert.equal(lines.filter((line) => line.startsWith('a/b/p')).length, 20);
    // p0 to p9, with 1 ms to 10 ms and ten pushes; and the one that has only memory.
    assert.match(lines.find((line) => line.startsWith('(11 more plugins)')) ?? '', / 60\.0 ms +\S+% +55\.0 ms +5\.0 ms +22\.0 MiB$/);
  });

  it('shows a plugin’s own part, and nothing of it before the first second is over', async () => {
    const plugin = 'demo/hello/world';
    assert.ok(!(await host.run(['usage'])).stdout.includes('MACHINE'));
    await host.admin.push({ source: 'one' });
    const used = divide(
      { from: 0, to: 1_000, lengthMs: 1_000 },
      { plugins: new Map([[plugin, { callsUs: 7_000, pushesUs: 0 }]]), parts: { ingress: 0, executors: 0, builder: 0 } },
      { plugins: new Map(), parts: { ingress: 0, executors: 0, builder: 0 }, totalBytes: 0 },
      7_000,
    );
    host.admin.account.divided(used);
    const { stdout } = await host.run(['usage', plugin]);
    assert.match(stdout, /OF CALLS +OF PUSHES +MEMORY NOW\ndemo\/hello\/world +7\.0 ms +7\.0 ms +7\.0 ms +0 µs +0\.0 MiB\n$/);
    const json = JSON.parse((await host.run(['usage', plugin, '--json'])).stdout);
    assert.deepEqual(json.sinceStart, { cpuUs: 7_000, callsCpuUs: 7_000, pushesCpuUs: 0 });
  });
});

describe('nbox usage of a range', () => {
  let host: CliHost;
  const directory = mkdtempSync(join(tmpdir(), 'nbox-'));
  const prices = join(directory, 'prices.json');
  before(async () => {
    host = await CliHost.start();
    writeFileSync(prices, '{"currency":"EUR","callsPerMillion":"0.1"}');
  });
  after(async () => {
    await host.close();
    rmSync(directory, { recursive: true });
  });

  it('asks for what its options say, and shows a table', async () => {
    host.admin.answers.push(JSON.stringify(row));
    const { code, stdout, stderr } = await host.run(['usage', '--from', '-7d', '--step', '1d', '--group', 'plugin,outcome']);
    assert.equal(code, 0, stderr);
    const [head, line] = stdout.split('\n');
    assert.match(head ?? '', /^FROM +PLUGIN +OUTCOME +CALLS +FAILED +CPU +CPU P50 +CPU P99 +WAIT P99 +RUN P50 +RUN P99 +OS CPU +MEMORY$/);
    assert.match(line ?? '', /^2023-11-14T00:00:00Z +a\/b\/c +– +12 +2 +4\.0 s +100 µs +3\.0 ms .* 5\.0 s +3\.0 MiB$/);
    const { query } = host.admin.asked.at(-1) ?? {};
    assert.deepEqual([query?.step, query?.groupings], ['1d', ['plugin', 'outcome']]);
  });

  it('passes CSV and lines on, and JSON as it is', async () => {
    host.admin.answers.push('x,y\r\n', JSON.stringify(row));
    const csv = await host.run(['usage', 'a/b/c', '--from', '-1h', '--format', 'csv']);
    assert.match(csv.stdout, /^from,to,calls,[^\n]*\nx,y\r\n$/);
    assert.equal(host.admin.asked.at(-1)?.query.plugin, 'a/b/c');
    const json = JSON.parse((await host.run(['usage', '--from', '-1h', '--json'])).stdout);
    assert.equal(json.rows[0].calls, 12);
  });

  it('sends a price list, and shows costs', async () => {
    const cost = {
      from: row.from,
      to: row.to,
      plugin: 'a/b/c',
      currency: 'EUR',
      costs: { callsPerMillion: '0.0000012' },
      total: '0.0000012',
    };
    host.admin.answers.push(JSON.stringify(cost), 'z\r\n');
    const { stdout, stderr } = await host.run(['usage', '--group', 'plugin', '--prices', prices]);
    assert.match(stdout, /^PLUGIN +CALLSPERMILLION +TOTAL\na\/b\/c +0\.0000012 +0\.0000012 EUR\n$/, stderr);
    assert.deepEqual(host.admin.asked.at(-1)?.options.prices, { currency: 'EUR', callsPerMillion: '0.1' });
    assert.match((await host.run(['usage', '--prices', prices, '--format', 'csv'])).stdout, /total\r\nz\r\n$/);
  });

  it('tells what the host refuses, and what is wrong with its options', async () => {
    const refused = await host.run(['usage', '--step', '5m']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /invalid_query: step is "5m"; it may be 1s, 1m, 1h, 1d/);
    for (const args of [
      ['usage', '--format', 'xml'],
      ['usage', '--json', '--format', 'csv'],
      ['usage', '--prices', join(directory, 'none.json')],
    ]) {
      assert.equal((await host.run(args)).code, 2, args.join(' '));
    }
  });
});
