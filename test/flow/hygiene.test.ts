/** Hygiene over HTTP: who called what, also after a restart. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningHost } from '../support/running-host.ts';

describe('hygiene', () => {
  let host: RunningHost;
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-hygiene-'));
    host = await RunningHost.start(['--caller-header', 'X-Caller'], data);
  });
  after(async () => {
    await host.close();
    await rm(data, { recursive: true, force: true });
  });

  it('knows who called which interface, by header or token, and still does after a restart', async () => {
    await host.push('demo/hygiene/plugin', 'export default { fetch: () => "hello", scheduled() {}, queue() {} }');
    for (const caller of ['shop', 'shop', 'search']) await host.call('demo/hygiene/plugin/', { headers: { 'x-caller': caller } });
    await host.text('demo/hygiene/plugin/');
    await host.admin('POST', '/v1/plugins/demo/hygiene/plugin/invocations', { interface: 'scheduled' });
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
        4,
        1,
        [
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
});
