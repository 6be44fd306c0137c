/** Plugins' metrics: how many there may be, and that what they count never gets less. */

import assert from 'node:assert/strict';
import { Breaker } from '../../../guards/breaker.ts';
import { Totals } from '../../../host/meter/totals.ts';
import { Deployed } from '../../../host/release/deployed.ts';
import { Registry } from '../../../host/release/registry.ts';
import { Exemplars } from '../../../host/telemetry/exemplars.ts';
import { exposition } from '../../../host/telemetry/exposition.ts';
import { Metrics } from '../../../host/telemetry/metrics.ts';
import { NamedPlugins } from '../../../host/telemetry/named-plugins.ts';
import { PluginMetrics } from '../../../host/telemetry/plugin-metrics.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';

class Plugins {
  readonly registry = new Registry(() => {});
  readonly totals = new Totals((plugin) => this.registry.get(plugin) !== undefined);
  readonly exemplars = new Exemplars();
  readonly breaker = new Breaker();
  readonly metrics: PluginMetrics;

  constructor(most = 10) {
    this.metrics = new PluginMetrics({
      ...{ registry: this.registry, totals: this.totals, named: new NamedPlugins(most), exemplars: this.exemplars },
      ...{ breaker: () => this.breaker.view(0), laneOf: () => 'standard' },
    });
  }

  deploy(id: string, ...shares: [number: number, percentage: number][]): void {
    const plugin = parsePluginId(id);
    const lives = (shares.length === 0 ? [[1, 100] as const] : shares).map(([number, percentage]) => {
      const release = { plugin, number, hash: '', manifest: parseManifest({}, ['index.ts']), createdAt: 0 };
      return { live: this.registry.admit(release, ['fetch']), percentage };
    });
    this.registry.swap(new Deployed(1, lives));
  }

  call(plugin: string, outcome: 'ok' | 'plugin_error' = 'ok', waitUs = 100, wallUs = 2_000): void {
    this.totals.record({
      ...{ plugin, release: 1, interface: 'fetch', executor: 1, lane: 'standard', startedAt: 0, outcome, waitUs, wallUs },
      ...{ initUs: 1, cpuUs: 1_000, steps: 0, memoryPeakBytes: 64, hostCalls: 2, bytesIn: 3, bytesOut: 4 },
    });
  }

  remove(plugin: string): void {
    this.metrics.removed(plugin);
    this.registry.remove(parsePluginId(plugin));
    this.totals.forget(plugin);
  }

  text(format: 'text' | 'openmetrics' = 'text'): string {
    const reading = this.metrics.families();
    let read = reading.next();
    while (read.done !== true) read = reading.next();
    return [...exposition(read.value, format)].join('');
  }
}

const has = (text: string, line: string) => assert.ok(text.includes(`${line}\n`), `${line} in\n${text}`);

describe('plugin metrics', () => {
  it('count calls by how they ended, and spread them over buckets that agree with their counts', () => {
    const plugins = new Plugins();
    plugins.deploy('a/b/c');
    for (const waitUs of [100, 100, 3_000, 600_000, 9_000_000]) plugins.call('a/b/c', 'ok', waitUs, waitUs + 500);
    plugins.call('a/b/c', 'plugin_error');
    const text = plugins.text();
    has(text, 'nbox_plugin_calls_total{plugin="a/b/c",outcome="ok"} 5');
    has(text, 'nbox_plugin_calls_total{plugin="a/b/c",outcome="plugin_error"} 1');
    has(text, 'nbox_plugin_wait_seconds_bucket{plugin="a/b/c",le="0.0005"} 3');
    has(text, 'nbox_plugin_wait_seconds_bucket{plugin="a/b/c",le="0.005"} 4');
    has(text, 'nbox_plugin_wait_seconds_bucket{plugin="a/b/c",le="1"} 5');
    has(text, 'nbox_plugin_wait_seconds_bucket{plugin="a/b/c",le="+Inf"} 6');
    has(text, 'nbox_plugin_wait_seconds_count{plugin="a/b/c"} 6');
    has(text, 'nbox_plugin_duration_seconds_bucket{plugin="a/b/c",le="5"} 5');
    has(text, 'nbox_plugin_cpu_seconds_total{plugin="a/b/c"} 0.006');
    has(text, 'nbox_plugin_host_calls_total{plugin="a/b/c"} 12');
    has(text, 'nbox_plugin_memory_peak_bytes{plugin="a/b/c"} 64');
  });

  it('tell the releases that are deployed, with their parts where there are two, and what is held against them', () => {
    const plugins = new Plugins();
    plugins.deploy('a/b/c', [3, 90], [4, 10]);
    const closed = plugins.text();
    has(closed, 'nbox_plugin_release_info{plugin="a/b/c",release="4",lane="standard"} 1');
    has(closed, 'nbox_plugin_release_ratio{plugin="a/b/c",release="3"} 0.9');
    assert.ok(!closed.includes('nbox_plugin_breaker{'));
    plugins.breaker.kill(0);
    has(plugins.text(), 'nbox_plugin_breaker{plugin="a/b/c",release="3",state="quarantined"} 1');
  });

  it('refer to the last call that was traced, in OpenMetrics', () => {
    const plugins = new Plugins();
    plugins.deploy('a/b/c');
    plugins.call('a/b/c');
    plugins.exemplars.note('a/b/c', { traceId: 'beef', value: 0.002, at: 5 });
    const line = 'nbox_plugin_duration_seconds_bucket{plugin="a/b/c",le="0.0025"} 1';
    has(plugins.text('openmetrics'), `${line} # {trace_id="beef"} 0.002 5.000`);
    has(plugins.text(), line);
  });

  it('have a series for as many plugins as there may be, and one for all others, which never gets less', () => {
    const plugins = new Plugins(2);
    for (const name of ['one', 'two', 'three', 'four']) {
      plugins.deploy(`a/b/${name}`);
      plugins.call(`a/b/${name}`);
    }
    // In order of their ids: four and one have names.
    const text = plugins.text();
    has(text, 'nbox_plugin_calls_total{plugin="a/b/four",outcome="ok"} 1');
    has(text, 'nbox_plugin_calls_total{plugin="other",outcome="ok"} 2');
    assert.ok(!text.includes('a/b/three'));
    plugins.remove('a/b/three');
    has(plugins.text(), 'nbox_plugin_calls_total{plugin="other",outcome="ok"} 2');
    plugins.remove('a/b/one');
    const later = plugins.text();
    has(later, 'nbox_plugin_calls_total{plugin="other",outcome="ok"} 2');
    assert.ok(!later.includes('a/b/one'));
    assert.ok(!later.includes('a/b/two'), 'who is among the others stays there');
    plugins.deploy('a/b/five');
    plugins.call('a/b/five');
    has(plugins.text(), 'nbox_plugin_calls_total{plugin="a/b/five",outcome="ok"} 1');
  });

  it('have neither less nor more of the others, and no name for one that is gone, where plugins are removed while they are read', () => {
    const plugins = new Plugins(1);
    for (const name of ['named', 'one', 'three', 'two']) {
      plugins.deploy(`a/b/${name}`);
      plugins.call(`a/b/${name}`);
    }
    plugins.text();
    const reading = plugins.metrics.families();
    // Up to one, which is counted; three and two are not.
    for (let i = 0; i < 2; i += 1) reading.next();
    plugins.remove('a/b/named');
    plugins.remove('a/b/one');
    plugins.remove('a/b/two');
    let read = reading.next();
    while (read.done !== true) read = reading.next();
    has([...exposition(read.value, 'text')].join(''), 'nbox_plugin_calls_total{plugin="other",outcome="ok"} 3');
    has(plugins.text(), 'nbox_plugin_calls_total{plugin="other",outcome="ok"} 3');
    plugins.deploy('a/b/new');
    plugins.call('a/b/new');
    has(plugins.text(), 'nbox_plugin_calls_total{plugin="a/b/new",outcome="ok"} 1');
  });

  it('of 1,500 plugins are below 5 MB in both forms', async () => {
    const plugins = new Plugins(2_000);
    for (let i = 0; i < 1_500; i += 1) {
      const id = `business-${i % 20}/function-group-${i % 100}/function-${i}`;
      plugins.deploy(id, [12, 90], [13, 10]);
      for (const outcome of ['ok', 'ok', 'plugin_error'] as const) plugins.call(id, outcome, 123_456, 1_234_567);
      plugins.exemplars.note(id, { traceId: 'f'.repeat(32), value: 1.234567, at: 1_700_000_000 });
    }
    const metrics = new Metrics({ plugins: plugins.metrics, others: [], registries: [], elapsed: () => performance.now() });
    for (const format of ['text', 'openmetrics'] as const) {
      const pieces = await metrics.render(format);
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      assert.ok(bytes < 5_000_000, `${format}: ${bytes}`);
      assert.ok(bytes > 3_000_000, `${format}: ${bytes}, which is too little to be all`);
    }
  });
});
