/** host/cli/top.ts, against the real admin API: once, and in a terminal. */

import assert from 'node:assert/strict';
import { hasTmux, Terminal } from '../../../support/tmux.ts';
import { token } from '../../admin/admin-host.ts';
import { CliHost } from '../cli-host.ts';
import { cliEntry } from '../run-cli.ts';

const percentiles = { waitUs: { p50: 1, p99: 2 }, runUs: { p50: 800, p99: 12_300 }, cpuUs: { p50: 1, p99: 2 } };
const usage = (calls: number, osCpuUs: number, ok = calls) => ({
  ...{ from: '2027-01-01T00:00:00Z', calls, osCpuUs, memoryBytes: 1_048_576, outcomes: { ok, plugin_error: calls - ok }, percentiles },
});
const plugins = [
  { plugin: 'shop/detail/prices', ...usage(200, 5_000_000, 190) },
  { plugin: 'shop/detail/stock', ...usage(1_000, 1_000_000) },
  { plugin: 'demo/hello/world', ...usage(10, 10_000) },
];
const parts = [
  { part: 'plugins', ...usage(1_210, 6_010_000) },
  { part: 'ingress', ...usage(0, 500_000) },
];

describe('nbox top', function () {
  this.slow(10_000);
  let host: CliHost;
  before(async () => {
    host = await CliHost.start();
    // Whatever is asked first: the host answers by what was asked for.
    const rows = host.admin.storedUsage as { rows: typeof host.admin.storedUsage.rows };
    rows.rows = async (query) => ({
      text: new TextEncoder().encode((query.groupings.includes('part') ? parts : plugins).map((one) => JSON.stringify(one)).join(',')),
      ...{ rows: 3, keptFrom: null },
    });
  });
  after(() => host.close());

  const overview = () => ({
    ...{ at: 0, plugins: 3, callsPerSecond: 121, failuresPerSecond: 1 },
    lanes: [{ lane: 'standard', waiting: 0, inFlight: 1, executors: 2, busy: 1 }],
  });

  it('shows it once where there is no terminal, without a colour and without what moves a cursor', async () => {
    const showing = setInterval(() => host.admin.events.show('overview', overview), 50);
    const { code, stdout, stderr } = await host.run(['top']);
    clearInterval(showing);
    assert.deepEqual([code, stderr], [0, '']);
    assert.doesNotMatch(stdout, /\u001b/);
    assert.match(stdout, /^nbox top {2}http/);
    assert.match(stdout, /^Calls {3}121\/s {2}errors 1\.0\/s {2}plugins 3$/m);
    assert.match(stdout, /^Lanes {3}standard 1\/2 busy, 1 in flight, 0 waiting$/m);
    const ids = [...stdout.matchAll(/^(\S+\/\S+\/\S+) /gm)].map(([, id]) => id);
    assert.deepEqual(ids, ['shop/detail/prices', 'shop/detail/stock', 'demo/hello/world']);
    assert.match(stdout, /^shop\/detail\/prices +50\.0% +20 +1\.0 +800 µs +12\.3 ms +1\.0 MiB/m);
  });

  it('--json has the same, sorted and filtered', async () => {
    const { stdout } = await host.run(['top', '--json', '--sort', 'calls', '--filter', 'shop']);
    const sample = JSON.parse(stdout);
    assert.deepEqual(
      sample.plugins.map(({ plugin, callsPerSecond }: { plugin: string; callsPerSecond: number }) => [plugin, callsPerSecond]),
      [
        ['shop/detail/stock', 100],
        ['shop/detail/prices', 20],
      ],
    );
    assert.equal(sample.overview, null);
  });

  it('refuses an interval that is none, and says what is wrong with the token', async () => {
    assert.equal((await host.run(['top', '--interval', '0'])).code, 2);
    assert.equal((await host.run(['top', '--once'], { env: { NBOX_TOKEN: 'wrong' } })).code, 4);
  });

  describe(`in a terminal${hasTmux ? '' : ' (skipped: it takes tmux)'}`, () => {
    before(function () {
      if (!hasTmux) this.skip();
    });
    const command = `"${process.execPath}" "${cliEntry}"`;
    const open = (more = {}) => Terminal.open({ env: { NBOX_URL: host.url, NBOX_TOKEN: token }, ...more });

    async function started(terminal: Terminal, args = ''): Promise<string> {
      await terminal.type(`stty -g > /dev/null; echo be''fore; ${command} top ${args}; echo "code $?"`);
      await terminal.press('Enter');
      return terminal.until(/shop\/detail\/prices/);
    }

    it('sorts, filters and quits by keys, and leaves the terminal as it was', async () => {
      await using terminal = await open();
      const first = await started(terminal);
      assert.deepEqual(await terminal.state(), { alternate: true, cursor: false });
      assert.match(first, /PLUGIN +▼CPU/);
      assert.equal(first.split('\n').length, 24);
      assert.doesNotMatch(first, /before/);
      await terminal.press('n');
      await terminal.until(/▼PLUGIN[^\n]*\ndemo\/hello\/world/);
      await terminal.type('/stock');
      await terminal.until(/^\/stock█/m);
      await terminal.press('Enter');
      const filtered = await terminal.until(/filter "stock" {2}1 of 3/);
      assert.doesNotMatch(filtered, /prices/);
      await terminal.press('Escape');
      await terminal.until(/prices/);
      await terminal.press('Space');
      await terminal.until(/paused/);
      await terminal.type('?');
      await terminal.until(/sort by memory/);
      await terminal.type('x');
      await terminal.until(/prices/);
      await terminal.press('q');
      const last = await terminal.until(/^code 0$/m);
      assert.deepEqual(await terminal.state(), { alternate: false, cursor: true });
      assert.match(last, /^before$/m);
      assert.doesNotMatch(last, /PLUGIN/);
      // What is typed is seen again, and Enter ends a line.
      await terminal.type('stty -a | grep -c -- "-echo " ; echo typed');
      await terminal.press('Enter');
      await terminal.until(/^0\ntyped$/m);
    });

    it('follows the size of the terminal', async () => {
      await using terminal = await open({ width: 80, height: 24 });
      await started(terminal);
      await terminal.resize(130, 30);
      const wide = await terminal.until(/WAIT P99/);
      assert.equal(wide.split('\n').length, 30);
      await terminal.resize(60, 12);
      await terminal.until(/^(?!.*WAIT P99)[\s\S]*prices/);
      await terminal.press('C-c');
      await terminal.until(/^code 0$/m);
      assert.deepEqual(await terminal.state(), { alternate: false, cursor: true });
    });

    it('leaves the terminal as it was where it fails, and when it is told to end', async () => {
      await using terminal = await open();
      await terminal.type(`NBOX_TOKEN=wrong ${command} top; echo "code $?"`);
      await terminal.press('Enter');
      const failed = await terminal.until(/^code 4$/m);
      assert.match(failed, /unauthorized/);
      assert.deepEqual(await terminal.state(), { alternate: false, cursor: true });

      await started(terminal, '& pid=$!; fg > /dev/null');
      await terminal.press('C-z');
      await terminal.until(/Stopped/);
      assert.deepEqual(await terminal.state(), { alternate: false, cursor: true });
      await terminal.type('fg');
      await terminal.press('Enter');
      await terminal.until(/PLUGIN/);
      await terminal.press('q');
      await terminal.until(/> $/);
      assert.deepEqual(await terminal.state(), { alternate: false, cursor: true });
    });
  });
});
