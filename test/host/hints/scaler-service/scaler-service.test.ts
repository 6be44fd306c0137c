import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ChannelCredentials, credentials, status } from '@grpc/grpc-js';
import type { Reading } from '../../../../host/hints/reading.ts';
import { ScalerService, type ScalerServiceOptions } from '../../../../host/hints/scaler-service/scaler-service.ts';
import { quietLog } from '../../doubles.ts';
import { ended, KedaClient, next } from './keda-client.ts';

const hint = (wanted: number, load = wanted): Reading => ({
  ...{ kind: 'known', wanted, load, present: 1, reason: '', demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
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
      ...{ host: '127.0.0.1', port: 0, token: undefined, cert: undefined, key: undefined, clientCa: undefined, log: quietLog },
      elapsed: () => 0,
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

  it('says what it comes to as it is, beside the whole number', async () => {
    served.host = hint(1, 0.4);
    const [metric] = await served.client({ host: 'true' }).metrics('nbox-hosts');
    assert.deepEqual([metric?.metricValue, metric?.metricValueFloat], [1, 0.4]);
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

  it('refuses a message that is larger than any trigger', async () => {
    const client = served.client({ plugin: 'd/g/n', more: 'x'.repeat(4_096) });
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
      await new Promise(setImmediate);
    }
    served.plugin = unknown;
    const end = ended(stream);
    served.tick();
    assert.deepEqual(await end, [status.UNAVAILABLE, 'the last figures are 9 s old']);
    assert.deepEqual(told, [false, true]);
  });
});

describe('ScalerService and strangers', () => {
  let served: Served;
  afterEach(() => served.close());

  it('ends a request that is not whole in time, and holds its connection to the others', async () => {
    served = await Served.start({ requestMs: 50 });
    const session = connectHttp2(`http://127.0.0.1:${served.port}`);
    const request = session.request({
      ...{ ':method': 'POST', ':path': '/externalscaler.ExternalScaler/IsActive' },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    });
    // The head of a message of 100 bytes, and one of them.
    request.write(Buffer.from([0, 0, 0, 0, 100, 10]));
    const [headers] = await once(request, 'response');
    assert.equal(headers['grpc-status'], String(status.DEADLINE_EXCEEDED));
    session.destroy();
    assert.equal(await served.client({ lane: 'standard' }).isActive(), true);
  });

  it('takes sixteen connections of one address, and closes the others', async () => {
    served = await Served.start();
    const sockets = Array.from({ length: 17 }, () => connect(served.port, '127.0.0.1').on('error', () => undefined));
    const closed = await Promise.race(
      sockets.map(async (socket) => {
        await once(socket, 'close');
        return socket;
      }),
    );
    assert.ok(sockets.includes(closed));
    const open = sockets.filter((socket: Socket) => !socket.destroyed);
    assert.equal(open.length, 16);
    for (const socket of sockets) socket.destroy();
  });

  it('ends connections that never say anything when it closes', async () => {
    served = await Served.start();
    const socket = connect(served.port, '127.0.0.1').on('error', () => undefined);
    // The host's first frame: it has a session for it.
    await once(socket, 'data');
    const closed = once(socket.resume(), 'close');
    await served.close();
    await closed;
  });

  it('looks at no more tokens of who has guessed ten times', async () => {
    served = await Served.start({ token: 'the-token' });
    const guess = served.client({ lane: 'standard', token: 'another' });
    for (let i = 0; i < 10; i += 1) assert.equal((await guess.failure(() => guess.isActive()))[0], status.UNAUTHENTICATED);
    const right = served.client({ lane: 'standard', token: 'the-token' });
    assert.equal((await right.failure(() => right.isActive()))[0], status.RESOURCE_EXHAUSTED);
  });
});

describe('ScalerService with a token', () => {
  let served: Served;
  before(async () => {
    served = await Served.start({ token: 'the-token' });
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

describe('ScalerService with peers', () => {
  let all: Served[];
  afterEach(async () => {
    for (const served of all) await served.close();
  });

  /** Two hosts on one port of two addresses; the first one is asked. */
  const start = async (options: Partial<ScalerServiceOptions> = {}) => {
    const lookup = async () => ['127.0.0.1', '127.0.0.2'];
    const port = await freePort();
    all = [];
    for (const host of await lookup()) all.push(await Served.start({ host, port, peers: 'secure.example', lookup, ...options }));
    return all as [Served, Served];
  };

  it('answers for all of them, whichever is asked', async () => {
    const [one, other] = await start({ token: 'the-token' });
    [one.host, other.host] = [hint(1, 0.4), hint(2, 1.25)];
    [one.plugin, other.plugin] = [hint(0), hint(0)];
    const hosts = one.client({ host: 'true', token: 'the-token' });
    const [metric] = await hosts.metrics('nbox-hosts');
    assert.deepEqual([metric?.metricValue, metric?.metricValueFloat], [2, 1.65]);
    const plugin = one.client({ plugin: 'd/g/n', token: 'the-token' });
    assert.equal(await plugin.isActive(), false);
    const stream = plugin.streamIsActive();
    assert.equal(await next(stream), false);
    other.plugin = hint(1, 0.1);
    assert.equal(await plugin.isActive(), true);
    const told = next(stream);
    one.tick();
    assert.equal(await told, true);
    stream.on('error', () => undefined).cancel();
  });

  it('is UNAVAILABLE where one of them does not know, or is not there', async () => {
    const [one, other] = await start();
    other.host = unknown;
    const hosts = one.client({ host: 'true' });
    const [code, details] = await hosts.failure(() => hosts.metrics('nbox-hosts'));
    assert.deepEqual([code, details], [status.UNAVAILABLE, '127.0.0.2, of secure.example: the last figures are 9 s old']);
    await other.close();
    assert.equal((await hosts.failure(() => hosts.metrics('nbox-hosts')))[0], status.UNAVAILABLE);
  });

  it('speaks TLS with them, for the name that leads to them', async () => {
    const [cert, key] = [join(fixtures, 'cert.pem'), join(fixtures, 'key.pem')];
    const [one, other] = await start({ cert, key, clientCa: cert });
    [one.host, other.host] = [hint(1, 0.5), hint(1, 0.25)];
    const authority = readFileSync(cert);
    const client = one.client({ host: 'true' }, credentials.createSsl(authority, readFileSync(key), authority));
    assert.equal((await client.metrics('nbox-hosts'))[0]?.metricValueFloat, 0.75);
  });
});

/** One that is free on all addresses, a moment before it is taken. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

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
