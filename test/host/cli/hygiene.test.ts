/** `nbox hygiene` against an admin API. */

import assert from 'node:assert/strict';
import { hourMs, hourOf } from '../../../host/hygiene/hourly-sums.ts';
import { noteUse } from '../hygiene/note-use.ts';
import { CliHost } from './cli-host.ts';

const plugin = 'demo/hello/world';

describe('nbox hygiene', () => {
  let host: CliHost;
  beforeEach(async () => {
    host = await CliHost.start();
  });
  afterEach(() => host.close());

  it('shows what wants a look, section by section, each row with what to do', async () => {
    const { admin } = host;
    admin.interfaces.push('queue');
    await admin.push({ source: 'one' });
    admin.uses.look();
    admin.now += 45 * 24 * hourMs;
    noteUse(admin.uses, { plugin, interface: 'fetch', startedAt: admin.now, caller: 'header:shop\u001b[31m' });
    const hour = hourOf(admin.now) - hourMs;
    admin.hours = Array.from({ length: 10 }, (_, i) => ({
      ...{ plugin, release: i < 3 ? 2 : 1, hour: hour - i * 24 * hourMs },
      ...{ calls: i === 0 ? 50_000 : 1_000, cpuUs: i < 3 ? 5_000_000 : 100_000 },
    }));
    const { code, stdout, stderr } = await host.run(['hygiene']);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /Not used\nPLUGIN .*\ndemo\/hello\/world +queue +45 +never +Ask the plugin's owner whether queue is needed/);
    assert.match(stdout, /Grown\nPLUGIN .*\ndemo\/hello\/world +\S+Z +50000 calls +1000 calls +Look who calls it/);
    assert.match(stdout, /Dearer\nPLUGIN .*\ndemo\/hello\/world +2 after 1 +5 ms +0\.1 ms +Compare the two releases/);
    assert.match(stdout, /Callers\nPLUGIN .*\ndemo\/hello\/world +fetch +1 +header:shop/);
    assert.ok(!stdout.includes('\u001b'));
    const json = JSON.parse((await host.run(['hygiene', '--days', '46', '--json'])).stdout);
    assert.deepEqual(json.unused, []);
  });

  it('says where there is nothing to tell, and what is not judged', async () => {
    assert.equal(
      (await host.run(['hygiene'])).stdout,
      'There is nothing to tell\n\n' +
        'Growth is told by hours of days before, and none is stored yet\nCosts are told by whole hours, and none is stored yet\n',
    );
    const wrong = await host.run(['hygiene', '--days', 'many']);
    assert.equal(wrong.code, 2);
    assert.match((await host.run(['hygiene', '--days', '0'])).stderr, /invalid_query/);
  });
});
