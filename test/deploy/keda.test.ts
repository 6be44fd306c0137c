/** deploy/keda: what its objects ask for is there, and is what several hosts take together. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { subjectOf } from '../../host/hints/scaler-service/scaled-object.ts';
import { hintFamilies } from '../../host/telemetry/hint-families.ts';
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

  /** As an HPA has it: a metric of type AverageValue with a target of 1. */
  const replicas = (loads: readonly number[]) => Math.ceil(loads.reduce((sum, load) => sum + load, 0));

  it('metrics-api.yaml: the location has a number, of which KEDA takes the sum over the hosts', async () => {
    const triggers = triggersOf('metrics-api.yaml');
    assert.equal(triggers.length, 1);
    for (const { type, metricType, metadata } of triggers) {
      assert.deepEqual([type, metricType, metadata['targetValue']], ['metrics-api', 'AverageValue', '1']);
      assert.deepEqual([metadata['aggregateFromKubeServiceEndpoints'], metadata['aggregationType']], ['true', 'sum']);
      const { pathname } = new URL(metadata['url'] as string);
      // Three hosts: each would have two of them for itself.
      const load = gjson((await host.ask('GET', pathname)).json, metadata['valueLocation'] as string) as number;
      assert.equal(replicas([load, load, load]), 5);
    }
  });

  const valueOf = (name: string | undefined) => [...(hintFamilies(host.hints).find((one) => one.name === name)?.points ?? [])][0]?.value;

  it('external-scaler.yaml: the metadata name something, and the hosts answer for one another', () => {
    const text = readFileSync(join(import.meta.dirname, '../../deploy/keda/external-scaler.yaml'), 'utf8');
    assert.match(text, /--scaler-peers nbox-hosts\.default\.svc/);
    assert.match(text, /name: nbox-hosts\nspec:\n {2}clusterIP: None/);
    const triggers = triggersOf('external-scaler.yaml');
    assert.equal(triggers.length, 2);
    for (const { type, metadata } of triggers) {
      assert.match(type, /^external(-push)?$/);
      const { scalerAddress: _, ...others } = metadata;
      // A Service that has an address for each host, which all of them ask.
      assert.match(metadata['scalerAddress'] as string, /^nbox-hosts\.default\.svc:9090$/);
      assert.ok(subjectOf(others, { hints: host.hints, exists: () => true }).metricName);
    }
  });

  it('prometheus.yaml: takes the sum of a metric that there is', () => {
    const triggers = triggersOf('prometheus.yaml');
    assert.equal(triggers.length, 1);
    for (const { type, metricType, metadata } of triggers) {
      assert.deepEqual(
        [type, metricType, metadata['threshold'], metadata['ignoreNullValues']],
        ['prometheus', 'AverageValue', '1', 'false'],
      );
      const name = /^sum\((\w+)\{job="nbox"\}\)$/.exec(metadata['query'] as string)?.[1];
      assert.equal(valueOf(name), 1.6);
    }
  });

  it('all of them: leave it to the HPA to hold what is lowered, since a load is not held', () => {
    for (const file of ['metrics-api.yaml', 'prometheus.yaml', 'external-scaler.yaml', 'prometheus-adapter.yaml']) {
      assert.match(readFileSync(join(import.meta.dirname, '../../deploy/keda', file), 'utf8'), /stabilizationWindowSeconds: 300\n/);
    }
  });

  it('prometheus-adapter.yaml: asks for the metric that its rule makes', () => {
    const text = readFileSync(join(import.meta.dirname, '../../deploy/keda/prometheus-adapter.yaml'), 'utf8');
    const [object] = loadAll(text) as [{ spec: { metrics: [{ external: { metric: { name: string } } }] } }];
    const { name } = object.spec.metrics[0].external.metric;
    assert.equal(valueOf(name), 1.6);
    const query = /seriesQuery: '\{__name__=~"(.+)"\}'/.exec(text)?.[1] as string;
    assert.match(name, new RegExp(query));
    assert.match(text, /metricsQuery: 'sum\(/);
  });
});
