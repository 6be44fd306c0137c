/** The traffic side over real sockets, with a double behind it: what callers can make the host hold. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { NboxError } from '../../../guards/errors.ts';
import { CallError, type Dispatch, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import type { Asked } from '../../../host/dispatch/gate.ts';
import { ReplyStream } from '../../../host/dispatch/reply-stream.ts';
import { uploaded } from '../../../host/dispatch/uploaded.ts';
import { callerBy } from '../../../host/hygiene/caller.ts';
import { createIngress, type IngressBounds } from '../../../host/ingress/server.ts';
import { Deployed } from '../../../host/release/deployed.ts';
import type { LiveRelease } from '../../../host/release/release.ts';
import { quietLog } from '../doubles.ts';

const mebibyte = 1_048_576;
const live = {
  state: 'live',
  interfaces: new Set(['fetch']),
  release: { plugin: 'a/b/c', number: 1, manifest: { idempotent: false } },
  limits: { requestBytes: 8 * mebibyte },
};

describe('createIngress(parts)', () => {
  let server: Server;
  let sockets: Socket[];
  let dispatch: Dispatch;
  let turnedAway: CallError | undefined;
  let turnedAwayOf: Asked[];
  let current: object | undefined;

  const start = async (bounds: Partial<IngressBounds>) => {
    const ingress = createIngress({
      ...{
        deployed: () => current && new Deployed(1, [{ live: current as unknown as LiveRelease, percentage: 100 }]),
        visit: () => {
          throw new NboxError('no_such_preview', 'none');
        },
        dispatch: (call) => dispatch(call),
        gate: (_, asked) => {
          if (turnedAway !== undefined) turnedAwayOf.push(asked());
          return turnedAway;
        },
        explain: async (_, error) => error,
        details: () => false,
        callerOf: callerBy('x-caller', () => undefined),
      },
      ...{ open: () => true, log: quietLog, bounds: { bodyBytes: mebibyte, unsentBytes: mebibyte, drainMs: 60_000, ...bounds } },
    });
    server = createServer(ingress).listen(0, '127.0.0.1');
    await once(server, 'listening');
  };
  const replyOf = (bytes: number): Dispatch => {
    const body = Buffer.alloc(bytes, 'x');
    return async () => ({ head: '200\n', body, spent: nothingSpent, rest: undefined });
  };
  const open = (): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    return socket;
  };
  const get = 'GET /a/b/c HTTP/1.1\r\nHost: h\r\n\r\n';
  const post = (bytes: number) => `POST /a/b/c HTTP/1.1\r\nHost: h\r\nContent-Length: ${bytes}\r\n\r\n`;
  const call = async (init?: RequestInit) => {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a/b/c`, init);
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  };
  /** Asks until the host answers so: it hears of other connections a little later than they do. */
  const until = async (status: number, init?: RequestInit): Promise<Awaited<ReturnType<typeof call>>> => {
    for (;;) {
      const answer = await call(init);
      if (answer.status === status) return answer;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  beforeEach(() => {
    sockets = [];
    dispatch = replyOf(2);
    turnedAway = undefined;
    turnedAwayOf = [];
    current = live;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  /** Waits until `count` calls run, and for what `finish` says. */
  const waiting = (count: number) => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    let running = 0;
    dispatch = async (one) => {
      running += 1;
      if (running === count) begun.resolve();
      await ended.promise;
      return replyOf(2)(one);
    };
    return { begun: begun.promise, finish: ended.resolve };
  };

  it('gives a call the name that its caller has sent', async () => {
    await start({});
    const callers: unknown[] = [];
    dispatch = async (one) => {
      callers.push(one.caller);
      return replyOf(2)(one);
    };
    await call({ headers: { 'x-caller': 'shop' } });
    await call();
    assert.deepEqual(callers, ['header:shop', undefined]);
  });

  it('says who has asked where it turns away', async () => {
    await start({});
    turnedAway = new CallError('overloaded', 'Too many', nothingSpent);
    await call({ headers: { 'x-caller': 'shop' } });
    await call({ headers: { 'nbox-release-override': '1' } });
    assert.deepEqual(turnedAwayOf, [
      { isForced: false, caller: 'header:shop' },
      { isForced: true, caller: undefined },
    ]);
  });

  it('turns away before the body is read, what is sent with it goes nowhere, and the connection lives on', async () => {
    await start({});
    turnedAway = new CallError('overloaded', { detail: 'Too many', retryAfterS: 2 }, nothingSpent);
    dispatch = () => assert.fail('it was dispatched');
    const socket = open();
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    socket.write(post(10));
    while (!said.includes('"Too many"')) await once(socket, 'data');
    assert.match(said, /^HTTP\/1\.1 503 .*\r\nretry-after: 2\r\n/is);
    said = '';
    turnedAway = undefined;
    dispatch = replyOf(2);
    socket.write(`GET /no/p/${get}`);
    while (!said.endsWith('\r\n\r\nxx')) await once(socket, 'data');
    assert.match(said, /^HTTP\/1\.1 200 /);
  });

  it('has requests wait for a hand-over, and then choose anew; their time begins then', async () => {
    await start({});
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let looked = Promise.withResolvers<void>();
    const holding = (number: number, held: Promise<void>) => ({
      ...{ ...live, release: { ...live.release, number } },
      get held() {
        looked.resolve();
        return held;
      },
    });
    const calls: Parameters<Dispatch>[0][] = [];
    dispatch = (one) => {
      calls.push(one);
      return replyOf(2)(one);
    };
    current = holding(1, first.promise);
    const answer = call({ method: 'POST', body: 'x' });
    await looked.promise;
    looked = Promise.withResolvers();
    // It is replaced by one that is to hand over itself.
    current = holding(2, second.promise);
    first.resolve();
    await looked.promise;
    assert.equal(calls.length, 0);
    const openedAt = performance.now();
    current = { ...live, release: { ...live.release, number: 3 } };
    second.resolve();
    assert.deepEqual([(await answer).status, (await answer).headers.get('nbox-release')], [200, '3']);
    assert.equal(calls[0]?.hasWaited, true);
    assert.ok((calls[0]?.admittedAt ?? 0) >= openedAt);
    await call();
    assert.equal(calls[1]?.hasWaited, false);
  });

  it('answers 404 where the plugin is removed meanwhile', async () => {
    await start({});
    const held = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    current = {
      ...live,
      get held() {
        looked.resolve();
        return held.promise;
      },
    };
    const answer = call();
    await looked.promise;
    current = undefined;
    held.resolve();
    assert.equal((await answer).status, 404);
  });

  it('dispatches nothing for a client that has gone while it waited', async () => {
    await start({});
    const held = Promise.withResolvers<void>();
    const looked = Promise.withResolvers<void>();
    let dispatched = 0;
    dispatch = (one) => {
      dispatched += 1;
      return replyOf(2)(one);
    };
    current = {
      ...live,
      get held() {
        looked.resolve();
        return held.promise;
      },
    };
    const closed = once(server, 'connection').then(([socket]) => once(socket as Socket, 'close'));
    const socket = open();
    socket.write(get);
    await looked.promise;
    socket.destroy();
    await closed;
    current = live;
    held.resolve();
    assert.equal((await call()).status, 200);
    assert.equal(dispatched, 1);
  });

  it('refuses bodies beyond the budget until those before them are gone', async () => {
    await start({});
    // A body that streams holds 128 KiB at most, however long it is.
    const { begun, finish } = waiting(8);
    const held = Array.from({ length: 8 }, () => open());
    for (const socket of held) socket.write(`${post(4 * mebibyte)}x`);
    await begun;
    const body = Buffer.alloc(mebibyte * 0.5);
    const answer = await call({ method: 'POST', body });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
    assert.equal(JSON.parse(answer.body.toString()).code, 'overloaded');
    for (const socket of held) socket.destroy();
    finish();
    dispatch = replyOf(2);
    await until(200, { method: 'POST', body });
  });

  it('tells of a stream that has failed before any of it was sent', async () => {
    await start({});
    dispatch = async () => {
      const stream = new ReplyStream(() => {});
      stream.write(Buffer.from('half of it'));
      stream.cut(new NboxError('plugin_error', 'It failed'));
      const rest = Promise.resolve({ spent: nothingSpent, error: undefined });
      return { head: '200\n', body: Buffer.alloc(0), stream, spent: nothingSpent, rest };
    };
    const { status, body } = await call();
    assert.deepEqual([status, JSON.parse(body.toString()).code], [502, 'plugin_error']);
  });

  it('counts bodies that are not streamed, too', async () => {
    await start({ bodyBytes: 100_000 });
    const { begun, finish } = waiting(1);
    const body = Buffer.alloc(65_536);
    const first = call({ method: 'POST', body });
    await begun;
    assert.equal((await call({ method: 'POST', body })).status, 503);
    finish();
    assert.equal((await first).status, 200);
    await until(200, { method: 'POST', body });
  });

  it('holds a body’s bytes until its call is over, and gives them back after a failure', async () => {
    await start({ bodyBytes: 200_000 });
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    dispatch = async () => {
      begun.resolve();
      await ended.promise;
      throw new Error('lost');
    };
    const body = Buffer.alloc(mebibyte * 0.6);
    const first = call({ method: 'POST', body });
    await begun.promise;
    assert.equal((await call({ method: 'POST', body })).status, 503);
    ended.resolve();
    assert.equal((await first).status, 500);
    dispatch = replyOf(2);
    for (let i = 0; i < 5; i += 1) assert.equal((await call({ method: 'POST', body })).status, 200);
  });

  it('counts what a chunk weighs beyond its bytes', async () => {
    await start({});
    dispatch = uploaded(async ({ upload }) => {
      // It reads nothing until the host has refused to hold more.
      while (upload?.error === undefined) await new Promise((resolve) => setImmediate(resolve));
      return replyOf(2)({} as never);
    });
    const socket = open();
    socket.write('POST /a/b/c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.write('1\r\nx\r\n'.repeat(20_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 503 /);
  });

  it('reads no more of a body than is asked for', async () => {
    await start({});
    const asked = Promise.withResolvers<void>();
    const sizes: number[] = [];
    let total = 0;
    dispatch = async (one) => {
      await asked.promise;
      for (let bytes = await one.upload?.read(); bytes !== undefined; bytes = await one.upload?.read()) {
        sizes.push(bytes.length);
        total += bytes.length;
      }
      return replyOf(2)(one);
    };
    const arriving = once(server, 'connection');
    const socket = open();
    const length = 8 * mebibyte;
    socket.write(post(length));
    const sent = new Promise((resolve) => socket.write(Buffer.alloc(length), resolve));
    const [connection] = (await arriving) as [Socket];
    while (connection.bytesRead < 65_536) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(connection.bytesRead < 4 * 65_536, String(connection.bytesRead));
    asked.resolve();
    await Promise.all([sent, once(socket, 'data')]);
    assert.deepEqual([total, Math.max(...sizes) <= 65_536], [length, true]);
  });

  it('answers a call that leaves its body unread, and takes the next request on the connection after the rest of it', async () => {
    await start({});
    const socket = open();
    socket.write(post(8 * mebibyte));
    socket.write(Buffer.alloc(50_000));
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 /);
    socket.write(Buffer.alloc(8 * mebibyte - 50_000));
    socket.write(get);
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 /);
  });

  it('closes the connection of a call that leaves a body unread which is larger than any', async () => {
    await start({});
    const socket = open();
    socket.write('POST /a/b/c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
    let writing = true;
    const closed = new Promise((resolve) => socket.once('close', resolve)).then(() => {
      writing = false;
    });
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')]);
    while (writing) {
      socket.write(chunk);
      while (writing && socket.writableLength > 0) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
  });

  it('refuses large replies while slow readers hold the budget', async () => {
    await start({ unsentBytes: 24 * mebibyte });
    dispatch = replyOf(16 * mebibyte);
    const slow = open();
    slow.pause();
    slow.write(get);
    const answer = await until(503);
    assert.equal(answer.headers.get('retry-after'), '1');
    slow.destroy();
    assert.equal((await until(200)).body.length, 16 * mebibyte);
  });

  it('gives the bytes of replies back that were read', async () => {
    await start({});
    const large = 900_000;
    dispatch = replyOf(large);
    for (let i = 0; i < 20; i += 1) assert.equal((await until(200)).body.length, large);
  });

  it('cuts a reader off who does not take a reply in time', async () => {
    await start({ unsentBytes: 64 * mebibyte, drainMs: 50 });
    dispatch = replyOf(32 * mebibyte);
    const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
    const slow = open();
    slow.pause();
    slow.write(get);
    await closed;
  });

  it('counts small replies that wait in a pipeline, and forgets them with their connection', async () => {
    await start({});
    dispatch = replyOf(65_000);
    const closed = once(server, 'connection').then(([socket]) => once(socket, 'close'));
    const greedy = open();
    greedy.pause();
    greedy.write(get.repeat(1_000));
    await closed;
    dispatch = replyOf(mebibyte * 0.9);
    assert.equal((await call()).status, 200);
  });

  it('answers a pipeline in order within the budget', async () => {
    await start({ drainMs: 10_000 });
    dispatch = replyOf(10);
    const socket = open();
    socket.write(get.repeat(20));
    let text = '';
    while (text.split('xxxxxxxxxx').length < 21) text += String((await once(socket, 'data'))[0]);
  });
});
