/** Lanes: what fills one leaves the others alone. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

describe('lanes', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--executors', '1', '--lanes', 'critical=1']);
  });
  after(() => host.close());

  it('have executors of their own', () => {
    const lanes = host.host.lanes.executors().map(({ lane }) => lane);
    assert.deepEqual(lanes.sort(), ['critical', 'standard']);
  });

  it('a crowd in one does not delay a call in another', async () => {
    const limits = { cpuMs: 2_000, deadlineMs: 60_000, loopBudget: 2_000_000_000 };
    await host.push('lanes/standard/spins', { source: 'export default () => { for (;;); }', manifest: { limits } });
    await host.push('lanes/critical/well', { source: 'export default () => "well"', manifest: { lane: 'critical' } });
    let over = false;
    const crowd = Promise.all([1, 2, 3].map(() => host.problem('lanes/standard/spins'))).then(() => {
      over = true;
    });
    for (let i = 0; i < 20; i += 1) assert.equal(await host.text('lanes/critical/well'), '"well"');
    assert.equal(over, false);
    await crowd;
  });

  it('a plugin that moves from one to another goes on answering', async () => {
    const moved = (lane: string) => ({ source: `export default () => "${lane}"`, manifest: { lane } });
    await host.push('lanes/both/moves', moved('standard'));
    assert.equal(await host.text('lanes/both/moves'), '"standard"');
    await host.push('lanes/both/moves', moved('critical'));
    assert.equal(await host.text('lanes/both/moves'), '"critical"');
    await host.push('lanes/both/moves', moved('standard'));
    assert.equal(await host.text('lanes/both/moves'), '"standard"');
  });

  it('one that there is not is refused with the field, and one that the operator takes away is made up for', async () => {
    const refused = await host.put('lanes/none/nowhere', { source: 'export default () => 1', manifest: { lane: 'batch' } });
    const { code, pointer, detail } = (await refused.json()) as { code: string; pointer: string; detail: string };
    assert.deepEqual([refused.status, code, pointer], [422, 'invalid_manifest', '/manifest/lane']);
    assert.match(detail, /no lane "batch".*--lanes/);
  });
});

describe('a lane that is gone after a restart', () => {
  it('leaves its plugins to the standard one, and the log says so', async () => {
    const first = await RunningHost.start(['--executors', '1', '--lanes', 'critical=1']);
    await first.push('lanes/critical/stays', { source: 'export default () => "here"', manifest: { lane: 'critical' } });
    await first.host.close();
    const second = await RunningHost.start(['--executors', '1'], first.data);
    assert.equal(await second.text('lanes/critical/stays'), '"here"');
    assert.ok(second.lines.some(({ plugin, lane }) => plugin === 'lanes/critical/stays' && lane === 'critical'));
    await second.close();
    await first.close();
  });
});
