/** What stands in `deploy/` for Prometheus and Grafana: it asks for metrics that there are. */

// biome-ignore-all lint/suspicious/noExplicitAny: documents are walked by name

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { errorCatalogue } from '../../guards/errors.ts';
import { DivisionTotals } from '../../host/telemetry/division-totals.ts';
import { NamedPlugins } from '../../host/telemetry/named-plugins.ts';
import { RunningHost } from '../support/running-host.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../../deploy', path), 'utf8');
const dashboard = JSON.parse(read('grafana/nbox.json')) as any;
const alerts = load(read('prometheus/alerts.yml')) as any;
const scrape = load(read('prometheus/prometheus.yml')) as any;
const rules: any[] = alerts.groups.flatMap(({ rules }: any) => rules);
const panels: any[] = dashboard.panels.filter(({ type }: any) => type !== 'row');
const queries: string[] = dashboard.templating.list.flatMap(({ query }: any) => query?.query ?? []);
const expressions: string[] = [
  ...rules.map(({ expr }) => expr),
  ...panels.flatMap(({ targets }) => targets.map(({ expr }: any) => expr)),
  ...queries,
];

const nothing = { cpuUs: 0, memoryBytes: 0 };

describe('deploy/', () => {
  let kinds: Map<string, string>;
  let labels: Map<string, Set<string>>;

  before(async () => {
    // Without a collector there are no spans to count.
    const running = await RunningHost.start(['--otlp-endpoint', 'http://127.0.0.1:9', '--trace-ratio', '0']);
    await running.push('demo/deploy/works', 'export default () => 1');
    const limits = { window: '1h', calls: 1 };
    assert.equal((await running.admin('PUT', '/v1/budgets/demo', limits)).status, 201);
    await running.text('demo/deploy/works');
    const text = await (await running.admin('GET', '/metrics')).text();
    await running.close();
    const divisions = new DivisionTotals(new NamedPlugins(1), () => true);
    divisions.divided({
      ...{ from: 0, to: 1, lengthMs: 1, plugins: new Map([['a/b/c', { ...nothing, callsCpuUs: 0, pushesCpuUs: 0 }]]) },
      ...{ host: { ingress: nothing, executors: nothing, builder: nothing }, residual: nothing, total: nothing },
    });
    kinds = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name as string, kind as string]));
    for (const { name, kind } of divisions.families()) kinds.set(name, kind);
    labels = new Map();
    for (const [, name = '', text_ = ''] of text.matchAll(/^([a-z_0-9]+)\{(.*)\} /gm)) {
      const seen = labels.get(name) ?? new Set();
      labels.set(name, seen);
      for (const [, label] of text_.matchAll(/([a-z_]+)="/g)) seen.add(label as string);
    }
  });

  it('asks for metrics that /metrics has, and of a histogram for what that has', () => {
    assert.ok(expressions.length > 40);
    for (const expression of expressions) {
      const names = [...expression.matchAll(/\b(?:nbox|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
      assert.ok(names.length > 0 || expression.startsWith('up{'), expression);
      for (const name of names) {
        const histogram = kinds.get(name.replace(/_(?:bucket|sum|count)$/, '')) === 'histogram';
        assert.ok(histogram ? name !== name.replace(/_(?:bucket|sum|count)$/, '') : kinds.has(name), `${name} in ${expression}`);
      }
    }
  });

  it('takes rates of counters, and of nothing else', () => {
    for (const expression of expressions) {
      for (const [, name = ''] of expression.matchAll(/\b(?:rate|increase)\(([a-z_0-9]+)/g)) {
        const kind = kinds.get(name) ?? kinds.get(name.replace(/_(?:bucket|sum|count)$/, ''));
        assert.ok(kind === 'counter' || kind === 'histogram', `${name} is a ${kind}`);
      }
    }
  });

  it('looks at labels that the metrics have', () => {
    for (const expression of expressions) {
      for (const [, name = '', matchers = ''] of expression.matchAll(/\b(nbox_[a-z0-9_]+)\{([^}]*)\}/g)) {
        const known = labels.get(name);
        if (known === undefined) continue;
        for (const [, label = ''] of matchers.matchAll(/([a-z_]+)(?:=~|!=|=)"/g)) {
          assert.ok(label === 'instance' || label === 'job' || known.has(label), `${name} has no ${label}`);
        }
      }
    }
  });

  it('blames plugins for what their authors can mend, and for nothing else', () => {
    const { expr } = rules.find(({ alert }) => alert === 'NboxPluginFails');
    const outcomes = new RegExp(`^(?:${/outcome=~"([^"]+)"/.exec(expr)?.[1]})$`);
    const blamed = Object.entries(errorCatalogue).filter(([code]) => outcomes.test(code));
    assert.deepEqual(blamed.map(([code]) => code).sort(), [
      ...['cpu_exceeded', 'deadline_exceeded', 'loop_budget_exceeded', 'memory_exceeded', 'plugin_error', 'response_too_large'],
    ]);
    for (const [code, { fault }] of blamed) assert.equal(fault, 'author', code);
  });

  it('has alerts that say whom they are for and what is wrong, each once', () => {
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
    for (const { alert, labels, annotations } of rules) {
      assert.ok(['page', 'ticket'].includes(labels.severity), alert);
      assert.ok(annotations.summary.length > 0, alert);
    }
  });

  it('has panels with an id, a title and a place each', () => {
    assert.equal(new Set(dashboard.panels.map(({ id }: any) => id)).size, dashboard.panels.length);
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    assert.equal(new Set(places).size, places.length);
    for (const { title, gridPos } of panels) assert.ok(title !== '' && gridPos.x + gridPos.w <= 24, title);
  });

  it('scrapes with the token', () => {
    const [job] = scrape.scrape_configs;
    assert.equal(job.metrics_path, '/metrics');
    assert.equal(job.authorization.type, 'Bearer');
    assert.deepEqual(scrape.rule_files, ['alerts.yml']);
  });
});
