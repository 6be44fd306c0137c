/** host/cli/usage.ts and usage-rows.ts, against the real admin API with a double behind it. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliHost } from './cli-host.ts';

const percentiles = { p50: 100, p90: 200, p99: 3_000 };
const row = {
  ...{ from: '2023-11-14T00:00:00Z', to: '2023-11-15T00:00:00Z', plugin: 'a/b/c', outcome: null, calls: 12, cpuUs: 4_000_000 },
  ...{ osCpuUs: 5_000_000, memoryBytes: 3_145_728, outcomes: { ok: 10, aborted: 2 } },
  percentiles: { waitUs: percentiles, runUs: percentiles, cpuUs: percentiles },
};

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
    assert.match(refused.stderr, /invalid_query: step may be 1s, 1m, 1h, 1d/);
    for (const args of [
      ['usage', '--format', 'xml'],
      ['usage', '--json', '--format', 'csv'],
      ['usage', '--prices', join(directory, 'none.json')],
    ]) {
      assert.equal((await host.run(args)).code, 2, args.join(' '));
    }
  });
});
