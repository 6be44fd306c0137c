/** Hygiene over HTTP: who called what, also after a restart. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dayMs, hourMs, hourOf } from '../../host/hygiene/hourly-sums.ts';
import { UsageWriter } from '../../host/usage/writer.ts';
import { sumsBatch } from '../host/usage/records.ts';
import { RunningHost } from '../support/running-host.ts';

interface Report {
  readonly growth: readonly { plugin: string; metric: string; hour: string; value: number; usual: number }[] | null;
  readonly costRises: readonly { plugin: string; release: number; base: number; beforeUs: number; afterUs: number; do: string }[] | null;
  readonly notJudged: readonly { rows: string; why: string }[];
}

describe('hygiene', () => {
  let host: RunningHost;
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-hygiene-'));
    host = await RunningHost.start(['--caller-header', 'X-Caller', '--egress-allow', '127.0.0.1'], data);
  });
  after(async () => {
    await host.close();
    await rm(data, { recursive: true, force: true });
  });

  it('knows who called which interface, by header, token or plugin, and still does after a restart', async () => {
    await host.push('demo/hygiene/plugin', 'export default { fetch: () => "hello", scheduled() {}, queue() {} }');
    for (const caller of ['shop', 'shop', 'search']) await host.call('demo/hygiene/plugin/', { headers: { 'x-caller': caller } });
    await host.text('demo/hygiene/plugin/');
    await host.admin('POST', '/v1/plugins/demo/hygiene/plugin/invocations', { interface: 'scheduled' });
    // What stands before hosts: plugins do not reach the host's own ports.
    const front = createServer((req, res) => {
      const on = request(`${host.traffic}${req.url}`, { headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode as number, answer.headers);
        answer.pipe(res);
      });
      on.end();
    });
    await once(front.listen(0, '127.0.0.1'), 'listening');
    const { port } = front.address() as AddressInfo;
    const address = `http://127.0.0.1:${port}/demo/hygiene/plugin/`;
    const asking = `export default async () => (await fetch('${address}', { headers: { 'cdn-loop': 'nbox;by=x' } })).text()`;
    await host.push('demo/hygiene/asking', { source: asking, manifest: { egress: [`127.0.0.1:${port}`] } });
    for (let i = 0; i < 3; i += 1) assert.equal(await host.text('demo/hygiene/asking'), '"\\"hello\\""');
    front.close();
    front.closeAllConnections();
    const interfaces = async () => {
      // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
      const answer = (await (await host.admin('GET', '/v1/plugins/demo/hygiene/plugin/callers')).json()) as any;
      return Object.fromEntries(
        answer.interfaces.map((one: Record<string, unknown>) => [
          one['interface'],
          [
            one['calls'],
            one['unnamedCalls'],
            (one['callers'] as { name: string; count: number }[]).map(({ name, count }) => [name, count]),
          ],
        ]),
      );
    };
    const expected = {
      fetch: [
        7,
        1,
        [
          ['plugin:demo/hygiene/asking', 3],
          ['header:shop', 2],
          ['header:search', 1],
        ],
      ],
      scheduled: [1, 0, [['token:admin', 1]]],
      queue: [0, 0, []],
    };
    assert.deepEqual(await interfaces(), expected);
    await host.close();
    host = await RunningHost.start(['--caller-header', 'X-Caller'], data);
    assert.deepEqual(await interfaces(), expected);
  });

  it('judges growth and costs by the usage that is stored, of earlier starts', async () => {
    const plugin = 'demo/hygiene/grown';
    for (const text of ['one', 'two']) await host.push(plugin, `export default () => '${text}'`);
    const report = async () => (await (await host.admin('GET', '/v1/hygiene')).json()) as Report;
    const { growth, costRises, notJudged } = await report();
    assert.deepEqual([growth, costRises, notJudged[0]?.rows], [null, null, 'growth']);
    await host.close();

    const file = new DatabaseSync(join(data, 'usage.db'));
    const writer = new UsageWriter(file, 1e9);
    let number = writer.lastBatch;
    const add = (hour: number, release: number, calls: number, cpuUs: number) => {
      const sums = [{ plugin, release, calls, cpuUs }];
      for (const batch of [sumsBatch(number + 1, hour / 1_000, sums), sumsBatch(number + 2, hour / 1_000 + 60, [])]) writer.write([batch]);
      number += 2;
    };
    // Whichever of the two is judged by then.
    const judged = hourOf(Date.now() - 120_000) - hourMs;
    const hours = [judged, judged + hourMs];
    for (let day = 9; day >= 1; day -= 1) for (const hour of hours) add(hour - day * dayMs, 1, 1_000, 100);
    for (let before = 4; before >= 1; before -= 1) add(judged - before * hourMs, 2, 1_000, 5_000);
    for (const hour of hours) add(hour, 2, 80_000, 5_000);
    file.close();

    host = await RunningHost.start(['--caller-header', 'X-Caller'], data);
    const told = await report();
    assert.deepEqual(
      told.growth?.map((row) => [row.plugin, row.metric, row.value, row.usual, hours.includes(Date.parse(row.hour))]),
      [
        [plugin, 'calls', 80_000, 1_000, true],
        [plugin, 'cpuUs', 400_000_000, 100_000, true],
      ],
    );
    assert.deepEqual(
      told.costRises?.map((row) => [row.plugin, row.release, row.base, row.beforeUs, row.afterUs]),
      [[plugin, 2, 1, 100, 5_000]],
    );
    assert.match(told.costRises?.[0]?.do ?? '', /nbox diff demo\/hygiene\/grown 2 1/);
    assert.deepEqual(told.notJudged, []);

    // Gone back: what the second one costs is nothing to go back from any more.
    assert.equal((await host.admin('POST', `/v1/plugins/${plugin}/rollback`, {})).status, 201);
    assert.deepEqual((await report()).costRises, []);
  });
});
