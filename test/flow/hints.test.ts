/** Hints, from calls to what KEDA reads: over HTTP by a GJSON path, and over gRPC. */

import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { KedaClient, next } from '../host/hints/scaler-service/keda-client.ts';
import { gjson } from '../support/gjson.ts';
import { RunningHost } from '../support/running-host.ts';

const busy = `export default () => { const until = Date.now() + 20; let n = 0; while (Date.now() < until) n += 1; return { n: n > 0 }; };`;

describe('hints', () => {
  let host: RunningHost;
  let keda: KedaClient;
  before(async () => {
    host = await RunningHost.start(['--hints-tick', '1', '--hints-panic', '1', '--hints-window', '5', '--scaler-port', '0']);
    await host.push('shop/detail/price', busy);
    await host.push('shop/detail/idle', busy);
    keda = new KedaClient(host.host.scaler?.port ?? 0, { plugin: 'shop/detail/price' });
  });
  after(async () => {
    keda.close();
    await host.close();
  });

  /** As KEDA does: an answer that is none, or has no number, changes nothing, and it asks again. */
  async function metricsApi(path: string, until: (value: number) => boolean): Promise<number> {
    for (;;) {
      const answer = await host.admin('GET', '/v1/hints');
      const value = answer.status === 200 ? gjson(await answer.json(), path) : undefined;
      if (answer.status !== 200) assert.equal(answer.status, 503);
      if (value !== undefined && until(value)) return value;
      // Calls go on meanwhile: they are what is measured.
      await Promise.all([1, 2, 3].map(() => host.text('shop/detail/price')));
    }
  }

  it('are numbers for whom KEDA asks, as soon as calls have been seen', async () => {
    assert.ok((await metricsApi('plugins.shop/detail/price.wanted', (value) => value > 0)) >= 1);
    assert.ok((await metricsApi('lanes.standard.wanted', () => true)) >= 1);
    // More than one where the machine is so slow that its calls ask for more than its processors have.
    assert.ok((await metricsApi('host.replicas', () => true)) >= 1);
    const lane = (await (await host.admin('GET', '/v1/hints/lanes/standard')).json()) as Record<string, unknown>;
    assert.match(lane['reason'] as string, /^CPU demand [\d.]+ cores over \d s, target \d+%.* → \d+$/);
    assert.equal(lane['present'], 2);
    assert.ok((lane['concurrency'] as number) > 0);
    assert.ok((lane['cpuCores'] as number) > 0);
  });

  it('come over gRPC, too', async () => {
    assert.equal(await keda.isActive(), true);
    const [spec] = await keda.metricSpec();
    assert.equal(spec?.metricName, 'nbox-plugin-shop-detail-price');
    const [metric] = await keda.metrics('nbox-plugin-shop-detail-price');
    assert.ok((metric?.metricValue ?? 0) >= 1);
    const stream = keda.streamIsActive();
    assert.equal(await next(stream), true);
    stream.on('error', () => undefined).cancel();
  });

  it('come to 0 for a plugin that is not called, and are unknown while that is not known', async () => {
    assert.equal(await metricsApi('plugins.shop/detail/idle.wanted', () => true), 0);
  });

  it('are an error for what there is not', async () => {
    const stranger = new KedaClient(host.host.scaler?.port ?? 0, { plugin: 'shop/detail/nobody' });
    assert.equal((await stranger.failure(() => stranger.isActive()))[0], status.NOT_FOUND);
    stranger.close();
    assert.equal((await host.admin('GET', '/v1/plugins/shop/detail/nobody/hint')).status, 404);
  });
});
