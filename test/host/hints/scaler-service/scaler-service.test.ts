import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelCredentials, credentials, status } from '@grpc/grpc-js';
import { hashSecret, secretCheck } from '../../../../host/access/secret.ts';
import type { Reading } from '../../../../host/hints/reading.ts';
import { ScalerService, type ScalerServiceOptions } from '../../../../host/hints/scaler-service/scaler-service.ts';
import { quietLog } from '../../doubles.ts';
import { ended, KedaClient, next } from './keda-client.ts';

const hint = (wanted: number): Reading => ({
  ...{ kind: 'known', wanted, present: 1, reason: '', demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
});
const unknown: Reading = { kind: 'unknown', reason: 'the last figures are 9 s old' };
const fixtures = join(import.meta.dirname, '../../egress/fixtures');

/** The service on a port of its own, with hints that a test sets. */
class Served {
  plugin: Reading = hint(3);
  lane: Reading = hint(2);
  host: Reading = hint(1);
  readonly #ticks = new Set<() => void>();
  readonly #clients: KedaClient[] = [];
  #service: ScalerService | undefined;
  port = 0;

  static async start(options: Partial<ScalerServiceOptions> = {}): Promise<Served> {
    const served = new Served();
    const { service, address } = await ScalerService.start({
      hints: {
        lanes: () => ['standard'],
        lane: (lane) => (lane === 'standard' ? served.lane : undefined),
        plugin: () => served.plugin,
        host: () => served.host,
        onTick: (listener) => {
          served.#ticks.add(listener);
          return () => void served.#ticks.delete(listener);
        },
      },
      exists: (plugin) => plugin === 'd/g/n',
      ...{ host: '127.0.0.1', port: 0, isToken: undefined, cert: undefined, key: undefined, clientCa: undefined, log: quietLog },
      ...options,
    });
    served.#service = service;
    served.port = address.port;
    return served;
  }

  client(metadata: Record<string, string>, channel?: ChannelCredentials): KedaClient {
    const client = new KedaClient(this.port, metadata, channel);
    this.#clients.push(client);
    return client;
  }

  tick(): void {
    for (const listener of this.#ticks) listener();
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#service?.close(1_000);
    assert.equal(this.#ticks.size, 0);
  }
}

describe('ScalerService', () => {
  let served: Served;
  before(async () => {
    served = await Served.start();
  });
  after(() => served.close());
  beforeEach(() => {
    [served.plugin, served.lane, served.host] = [hint(3), hint(2), hint(1)];
  });

  for (const [title, metadata, metricName, wanted] of [
    ['a plugin', { plugin: 'd/g/n' }, 'nbox-plugin-d-g-n', 3],
    ['a lane', { lane: 'standard' }, 'nbox-lane-standard', 2],
    ['the hosts', { host: 'true' }, 'nbox-hosts', 1],
  ] as [string, Record<string, string>, string, number][]) {
    it(`answers all four methods for ${title}`, async () => {
      const client = served.client(metadata);
      assert.equal(await client.isActive(), true);
      assert.deepEqual(await client.metricSpec(), [{ metricName, targetSize: 1, targetSizeFloat: 1 }]);
      assert.deepEqual(await client.metrics(metricName), [{ metricName, metricValue: wanted, metricValueFloat: wanted }]);
      const stream = client.streamIsActive();
      assert.equal(await next(stream), true);
      stream.on('error', () => undefined).cancel();
    });
  }

  it('is not active at 0', async () => {
    served.plugin = hint(0);
    const client = served.client({ plugin: 'd/g/n' });
    assert.equal(await client.isActive(), false);
    assert.equal((await client.metrics('nbox-plugin-d-g-n'))[0]?.metricValue, 0);
  });

  it('is UNAVAILABLE where the hint is not known, and never 0', async () => {
    served.plugin = unknown;
    const client = served.client({ plugin: 'd/g/n' });
    const expected = [status.UNAVAILABLE, 'the last figures are 9 s old'];
    assert.deepEqual(await client.failure(() => client.isActive()), expected);
    assert.deepEqual(await client.failure(() => client.metrics('nbox-plugin-d-g-n')), expected);
    assert.deepEqual(await ended(client.streamIsActive()), expected);
    // What it is measured by is known all the same: an HPA is made of it once.
    assert.equal((await client.metricSpec()).length, 1);
  });

  it('refuses metadata that name nothing, too much, or what is not there', async () => {
    for (const [metadata, code] of [
      [{}, status.INVALID_ARGUMENT],
      [{ plugin: 'd/g/n', lane: 'standard' }, status.INVALID_ARGUMENT],
      [{ plugin: 'd/g' }, status.INVALID_ARGUMENT],
      [{ plugin: 'd/g/N' }, status.INVALID_ARGUMENT],
      [{ lane: '../x' }, status.INVALID_ARGUMENT],
      [{ host: 'yes' }, status.INVALID_ARGUMENT],
      [{ plugin: 'd/g/nobody' }, status.NOT_FOUND],
      [{ lane: 'nowhere' }, status.NOT_FOUND],
    ] as [Record<string, string>, number][]) {
      const client = served.client(metadata);
      assert.equal((await client.failure(() => client.isActive()))[0], code, JSON.stringify(metadata));
    }
    const client = served.client({ lane: 'standard' });
    assert.equal((await client.failure(() => client.metrics('another')))[0], status.INVALID_ARGUMENT);
  });

  it('refuses a message that is far too large', async () => {
    const client = served.client({ plugin: 'd/g/n', more: 'x'.repeat(100_000) });
    assert.equal((await client.failure(() => client.isActive()))[0], status.RESOURCE_EXHAUSTED);
  });

  it('tells streams when something goes to 0 and comes back, and nothing between', async () => {
    const stream = served.client({ plugin: 'd/g/n' }).streamIsActive();
    assert.equal(await next(stream), true);
    const told: boolean[] = [];
    stream.on('data', ({ result }: { result: boolean }) => told.push(result));
    for (const wanted of [2, 0, 0, 1]) {
      served.plugin = hint(wanted);
      served.tick();
    }
    served.plugin = unknown;
    const end = ended(stream);
    served.tick();
    assert.deepEqual(await end, [status.UNAVAILABLE, 'the last figures are 9 s old']);
    assert.deepEqual(told, [false, true]);
  });
});

describe('ScalerService with a token', () => {
  let served: Served;
  before(async () => {
    served = await Served.start({ isToken: secretCheck(hashSecret('the-token')) });
  });
  after(() => served.close());

  it('takes it from what KEDA passes on, or as a bearer', async () => {
    for (const metadata of [{ tokenFromEnv: 'the-token' }, { token: 'the-token' }]) {
      assert.equal(await served.client({ lane: 'standard', ...metadata }).isActive(), true);
    }
  });

  it('is UNAUTHENTICATED without it, whatever is asked for', async () => {
    for (const metadata of [{ lane: 'standard' }, { lane: 'nowhere' }, { lane: 'standard', token: 'another' }] as Record<
      string,
      string
    >[]) {
      const client = served.client(metadata);
      assert.equal((await client.failure(() => client.isActive()))[0], status.UNAUTHENTICATED);
      assert.equal((await client.failure(() => client.metrics('x')))[0], status.UNAUTHENTICATED);
      assert.equal((await ended(client.streamIsActive()))[0], status.UNAUTHENTICATED);
    }
  });
});

describe('ScalerService with a certificate', () => {
  const cert = join(fixtures, 'cert.pem');
  const key = join(fixtures, 'key.pem');
  const authority = readFileSync(cert);

  let served: Served;
  afterEach(() => served.close());

  it('speaks TLS', async () => {
    served = await Served.start({ cert, key });
    assert.equal(await served.client({ lane: 'standard' }, credentials.createSsl(authority)).isActive(), true);
    const inTheClear = served.client({ lane: 'standard' });
    assert.equal((await inTheClear.failure(() => inTheClear.isActive()))[0], status.UNAVAILABLE);
  });

  it("asks for clients' certificates where it has their authority", async () => {
    served = await Served.start({ cert, key, clientCa: cert });
    const shown = credentials.createSsl(authority, readFileSync(key), authority);
    assert.equal(await served.client({ lane: 'standard' }, shown).isActive(), true);
    const stranger = served.client({ lane: 'standard' }, credentials.createSsl(authority));
    assert.equal((await stranger.failure(() => stranger.isActive()))[0], status.UNAVAILABLE);
  });
});
