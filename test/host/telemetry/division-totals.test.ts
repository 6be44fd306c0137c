/** Divisions of the processes' CPU and memory, added up. */

import assert from 'node:assert/strict';
import { DivisionTotals } from '../../../host/telemetry/division-totals.ts';
import { exposition } from '../../../host/telemetry/exposition.ts';
import { NamedPlugins } from '../../../host/telemetry/named-plugins.ts';

const share = (cpuUs: number, memoryBytes: number) => ({ cpuUs, memoryBytes });
const division = (plugins: Record<string, [cpuUs: number, memoryBytes: number]>, residualUs: number) => ({
  ...{ from: 0, to: 1_000, lengthMs: 1_000, residual: share(residualUs, 5), total: share(10_000_000, 900) },
  plugins: new Map(
    Object.entries(plugins).map(([plugin, [cpuUs, bytes]]) => [plugin, { ...share(cpuUs, bytes), callsCpuUs: cpuUs, pushesCpuUs: 0 }]),
  ),
  host: { ingress: share(2_000_000, 100), executors: share(1_000_000, 200), builder: share(0, 300) },
});

describe('division totals', () => {
  const gone = new Set<string>();
  const make = (most: number) => new DivisionTotals(new NamedPlugins(most), (plugin) => !gone.has(plugin));
  const lines = (totals: DivisionTotals) =>
    [...exposition(totals.families(), 'text')]
      .join('')
      .split('\n')
      .filter((line) => !line.startsWith('#'));

  it('have no metrics before there is a division', () => {
    assert.deepEqual(make(1).families(), []);
  });

  it('add CPU up, and have memory as it is', () => {
    const totals = make(10);
    totals.divided(division({ 'a/b/c': [500_000, 10], 'a/b/d': [1, 20] }, 300_000));
    totals.divided(division({ 'a/b/c': [250_000, 11] }, -500_000));
    const all = lines(totals);
    for (const line of [
      'nbox_plugin_os_cpu_seconds_total{plugin="a/b/c"} 0.75',
      'nbox_plugin_memory_bytes{plugin="a/b/c"} 11',
      'nbox_plugin_memory_bytes{plugin="a/b/d"} 0',
      'nbox_host_cpu_seconds_total{part="ingress"} 4',
      'nbox_host_memory_bytes{part="builder"} 300',
      'nbox_residual_cpu_seconds -0.2',
      'nbox_residual_memory_bytes 5',
      'nbox_os_cpu_seconds_total 20',
      'nbox_os_memory_bytes 900',
    ])
      assert.ok(all.includes(line), `${line} in\n${all.join('\n')}`);
  });

  it('have plugins without a name, and what is gone, among the others', () => {
    const totals = make(1);
    totals.divided(division({ 'a/b/c': [1_000_000, 10], 'a/b/d': [2_000_000, 20] }, 0));
    totals.forget('a/b/c');
    gone.add('a/b/c');
    totals.divided(division({ 'a/b/c': [4_000_000, 10] }, 0));
    const all = lines(totals);
    assert.ok(all.includes('nbox_plugin_os_cpu_seconds_total{plugin="other"} 6'), all.join('\n'));
    assert.ok(!all.some((line) => line.includes('a/b/c')));
  });
});
