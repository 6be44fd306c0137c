/** deploy/keda: what its objects ask for is there. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { subjectOf } from '../../host/hints/scaler-service/scaled-object.ts';
import { AdminHost } from '../host/admin/admin-host.ts';
import { gjson } from '../support/gjson.ts';

interface Trigger {
  readonly type: string;
  readonly metricType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

function triggersOf(file: string): Trigger[] {
  // biome-ignore lint/suspicious/noExplicitAny: documents are walked by name
  const objects = loadAll(readFileSync(join(import.meta.dirname, '../../deploy/keda', file), 'utf8')) as any[];
  return objects.filter(({ kind }) => kind === 'ScaledObject').flatMap(({ spec }) => spec.triggers);
}

describe('deploy/keda', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one' });
  });
  after(() => host.close());

  it('metrics-api.yaml: the location has a number', async () => {
    const triggers = triggersOf('metrics-api.yaml');
    assert.equal(triggers.length, 1);
    for (const { type, metricType, metadata } of triggers) {
      assert.deepEqual([type, metricType, metadata['targetValue']], ['metrics-api', 'AverageValue', '1']);
      const { pathname } = new URL(metadata['url'] as string);
      assert.equal(gjson((await host.ask('GET', pathname)).json, metadata['valueLocation'] as string), 2);
    }
  });

  it('external-scaler.yaml: the metadata name something', () => {
    const triggers = triggersOf('external-scaler.yaml');
    assert.equal(triggers.length, 2);
    for (const { type, metadata } of triggers) {
      assert.match(type, /^external(-push)?$/);
      const { scalerAddress: _, ...others } = metadata;
      assert.ok(subjectOf(others, { hints: host.hints, exists: () => true }).metricName);
    }
  });

  it('prometheus-adapter.yaml: asks for the metric that its rule makes', () => {
    const text = readFileSync(join(import.meta.dirname, '../../deploy/keda/prometheus-adapter.yaml'), 'utf8');
    const [object] = loadAll(text) as [{ spec: { metrics: [{ external: { metric: { name: string } } }] } }];
    assert.equal(object.spec.metrics[0].external.metric.name, 'nbox_host_wanted_replicas');
    assert.match(text, /\(host_wanted_replicas\|lane_wanted_executors\)/);
  });
});
