/** Stored usage, black box: what was called is in the account, after a stop and after a kill. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostProcess } from '../support/host-process.ts';
import { RunningHost, token } from '../support/running-host.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows are read by name
type Rows = any;

async function usage(admin: string, query: string, plugin?: string): Promise<Rows> {
  const answer = await fetch(`${admin}/v1/${plugin === undefined ? '' : `plugins/${plugin}/`}usage?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
}

describe('stored usage', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  it('has the current second at once, is there after a restart, and keeps plugins that are gone', async () => {
    const first = await RunningHost.start([], data);
    await first.push('demo/usage/one', 'export default (request) => { if (request.url.includes("bad")) throw new Error("no"); return 1; }');
    await first.push('demo/usage/two', 'export default () => 2');
    for (let i = 0; i < 5; i += 1) await first.text('demo/usage/one');
    await first.text('demo/usage/one?bad');
    await first.text('demo/usage/two');
    const now = await usage(first.adminUrl, 'from=-1h&group=plugin,release,interface');
    // The processes' CPU time is of a plugin, and of none of its releases.
    const called = now.rows.filter((row: Rows) => row.calls > 0);
    assert.deepEqual(
      called.map((row: Rows) => [row.plugin, row.release, row.interface, row.calls, row.outcomes]),
      [
        ['demo/usage/one', 1, 'fetch', 6, { ok: 5, plugin_error: 1 }],
        ['demo/usage/two', 1, 'fetch', 1, { ok: 1 }],
      ],
    );
    assert.ok(called[0].percentiles.runUs.p99 > 0 && called[0].cpuUs > 0);
    await first.admin('DELETE', '/v1/plugins/demo/usage/two');
    await first.close();

    const second = await RunningHost.start([], data);
    await second.text('demo/usage/one');
    const later = await usage(second.adminUrl, 'from=-1d&group=plugin');
    assert.deepEqual(
      later.rows.filter((row: Rows) => row.calls > 0).map((row: Rows) => [row.plugin, row.calls]),
      [
        ['demo/usage/one', 7],
        ['demo/usage/two', 1],
      ],
    );
    assert.equal((await usage(second.adminUrl, 'from=-1h', 'demo/usage/two')).rows[0].calls, 1);
    const csv = await second.admin('GET', '/v1/usage?format=csv&step=1m&from=-1h&group=outcome');
    const [head, ...lines] = (await csv.text()).trimEnd().split('\r\n');
    assert.match(head as string, /^from,to,outcome,calls,failed,/);
    // One line, or two where a minute has ended in between.
    const ok = lines.map((line) => line.split(',')).filter(([, , outcome]) => outcome === 'ok');
    const sum = (column: number) => ok.reduce((all, cells) => all + Number(cells[column]), 0);
    assert.deepEqual([sum(3), sum(4)], [7, 0]);
    const costs = await second.admin('POST', '/v1/usage/cost', { prices: { currency: 'EUR', callsPerMillion: '0.1' }, from: '-1d' });
    const { rows } = (await costs.json()) as Rows;
    assert.deepEqual([rows[0].total, rows[0].currency], ['0.0000008', 'EUR']);
    await second.close();
  });

  it('after SIGKILL under load lacks at most what the last second answered, and has nothing twice', async () => {
    let host = await HostProcess.start(data);
    assert.equal((await host.put('demo/usage/killed', 'export default () => 1')).status, 201);
    let stored = 0;
    for (let round = 0; round < 2; round += 1) {
      /** When each answer came. */
      const answered: number[] = [];
      let asked = 0;
      const running = host;
      let isKilled = false;
      const clients = Array.from({ length: 8 }, async () => {
        while (!isKilled) {
          asked += 1;
          const isOk = await fetch(`${running.traffic}/demo/usage/killed`).then(
            (answer) => answer.text().then(() => answer.status === 200),
            () => false,
          );
          if (isOk) answered.push(performance.now());
        }
      });
      const begun = performance.now();
      while (answered.length < 1_500 || performance.now() - begun < 2_500) await new Promise((resolve) => setTimeout(resolve, 20));
      const killedAt = performance.now();
      await running.stop('SIGKILL');
      isKilled = true;
      await Promise.allSettled(clients);
      const least = answered.filter((at) => at <= killedAt - 1_000).length;
      host = await HostProcess.start(data);
      const { calls } = (await usage(host.admin, 'from=-1h', 'demo/usage/killed')).rows[0];
      const counted = calls - stored;
      assert.ok(counted >= least && counted <= asked, `${counted} of ${answered.length} answered, ${least} a second before the end`);
      stored = calls;
    }
    await host.stop('SIGTERM');
  });
});
