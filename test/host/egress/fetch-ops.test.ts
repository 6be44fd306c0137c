import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Call } from '../../../host/dispatch/dispatch.ts';
import { type OpAnswer, OpError } from '../../../host/dispatch/op.ts';
import { ReplyStream } from '../../../host/dispatch/reply-stream.ts';
import type { Egress } from '../../../host/egress/egress.ts';
import { fetchOps } from '../../../host/egress/fetch-ops.ts';
import { openEgress, TestServer } from './server.ts';

/** One call of a plugin, as its guest asks of the host. */
class Guest {
  readonly over = new AbortController();
  reply: ReplyStream | undefined;
  readonly #handlers;
  readonly #call: Call;

  constructor(egress: Egress, hosts: readonly string[]) {
    this.#handlers = fetchOps(egress, () => 'mark');
    this.#call = {
      live: {
        release: { plugin: 'a/b/c', manifest: { egress: hosts, limits: { streamBytes: 100_000 } } },
        limits: { streamBytes: 100_000 },
      },
    } as unknown as Call;
  }

  async op(name: string, data: unknown, bytes?: Uint8Array): Promise<OpAnswer | undefined> {
    const handler = this.#handlers.get(name) ?? assert.fail(name);
    const given = bytes === undefined ? undefined : Buffer.from(bytes);
    return handler.run({ call: this.#call, name, data, bytes: given, signal: this.over.signal, reply: () => this.reply });
  }

  fetch(fetch: number, url: string, more: object = {}, bytes?: Uint8Array): Promise<OpAnswer | undefined> {
    const head = { fetch, url, method: 'GET', headers: '', redirect: 'follow', cache: 'default', integrity: '', body: 'none', ...more };
    return this.op('fetch', head, bytes);
  }
}

describe('fetchOps(egress)', () => {
  let server: TestServer;
  let egress: Egress;
  let guest: Guest;
  before(async () => {
    server = await TestServer.start();
    egress = openEgress();
  });
  after(async () => {
    await egress.close();
    await server.close();
  });
  beforeEach(() => {
    guest = new Guest(egress, [`127.0.0.1:${server.port}`]);
  });
  afterEach(() => {
    guest.over.abort();
    assert.equal(egress.inFlight, 0);
  });

  it('fetch answers with the head, and with the whole body where it is there', async () => {
    server.handle = (_req, res) => res.writeHead(200, ['x-a', '1', 'date', 'now', 'connection', 'keep-alive']).end('hello');
    const { data, bytes } = (await guest.fetch(1, `${server.url}/x#y`)) as { data: Record<string, unknown>; bytes: Uint8Array };
    assert.equal(Buffer.from(bytes).toString(), 'hello');
    const { headers, ...rest } = data;
    assert.deepEqual(rest, { url: `${server.url}/x`, redirected: false, status: 200, statusText: 'OK', hasBody: true, done: true });
    assert.match(headers as string, /^x-a\n1\ndate\nnow\n/);
  });

  it('fetch.read gives one chunk after the other, and nothing at the end', async () => {
    const first = Promise.withResolvers<() => void>();
    server.handle = (_req, res) => {
      res.write('a');
      first.resolve(() => res.end('b'));
    };
    const { data, bytes } = (await guest.fetch(1, server.url)) as { data: { done: boolean }; bytes: Uint8Array };
    assert.deepEqual([data.done, Buffer.from(bytes).toString()], [false, 'a']);
    (await first.promise)();
    assert.equal(Buffer.from((await guest.op('fetch.read', { fetch: 1 }))?.bytes ?? []).toString(), 'b');
    assert.equal(await guest.op('fetch.read', { fetch: 1 }), undefined);
    await assert.rejects(guest.op('fetch.read', { fetch: 1 }), { name: 'TypeError', message: /not that of a fetch of this call/ });
  });

  describe('fetch.pass', () => {
    /** What has come to the client: its text, and how it ended. */
    function client(room = true): { text: string; stream: ReplyStream } {
      const seen = { text: '', stream: new ReplyStream(() => {}) };
      seen.stream.pipe({
        write: (bytes) => {
          seen.text += bytes;
          return room;
        },
        end: () => {
          seen.text += '.';
        },
        cut: (error) => {
          seen.text += ` cut: ${error.code}`;
        },
      });
      return seen;
    }

    it("has the rest of a body go into the call's reply", async () => {
      const held = Promise.withResolvers<() => void>();
      server.handle = (_req, res) => {
        res.write('a');
        held.resolve(() => res.end('b'.repeat(1_000)));
      };
      const early = await guest.fetch(1, server.url);
      const seen = client();
      guest.reply = seen.stream;
      const passing = guest.op('fetch.pass', { fetch: 1 }, early?.bytes);
      (await held.promise)();
      assert.equal(await passing, undefined);
      assert.equal(seen.text, `a${'b'.repeat(1_000)}`);
    });

    it('waits for the client', async () => {
      const held = Promise.withResolvers<() => void>();
      server.handle = (_req, res) => {
        res.write('a');
        held.resolve(() => res.end('b'));
      };
      await guest.fetch(1, server.url);
      const seen = client(false);
      guest.reply = seen.stream;
      let passed = false;
      const passing = guest.op('fetch.pass', { fetch: 1 }, Buffer.from('early')).then(() => {
        passed = true;
      });
      (await held.promise)();
      await new Promise(setImmediate);
      assert.deepEqual([seen.text, passed], ['early', false]);
      while (!passed) {
        seen.stream.drained();
        await new Promise(setImmediate);
      }
      await passing;
      assert.equal(seen.text, 'earlyb');
    });

    it('ends when the client has left, and when there is too much', async () => {
      const closed = Promise.withResolvers<void>();
      server.handle = (_req, res) => {
        res.on('close', () => closed.resolve());
        const more = () => void (res.destroyed || res.write('x'.repeat(10_000), () => setImmediate(more)));
        more();
      };
      await guest.fetch(1, server.url);
      const seen = client();
      guest.reply = seen.stream;
      await assert.rejects(guest.op('fetch.pass', { fetch: 1 }), { message: /streamBytes/ });
      assert.match(seen.text, /^x+ cut: response_too_large$/);
      assert.ok(seen.text.length <= 100_100);
      await closed.promise;
      await guest.fetch(2, server.url);
      guest.reply = new ReplyStream(() => {});
      const passing = guest.op('fetch.pass', { fetch: 2 }, Buffer.from('x'));
      guest.reply.cancel();
      await assert.rejects(passing, { name: 'AbortError' });
    });

    it('is refused where no reply has begun', async () => {
      await assert.rejects(guest.op('fetch.pass', { fetch: 1 }), OpError);
    });
  });

  it('a fetch of one call is not there for another', async () => {
    server.handle = (_req, res) => void res.write('a');
    await guest.fetch(1, server.url);
    const other = new Guest(egress, []);
    await assert.rejects(other.op('fetch.read', { fetch: 1 }), OpError);
    await other.op('fetch.cancel', { fetch: 1 });
    assert.equal(egress.inFlight, 1);
  });

  it('fetch.cancel, and the end of the call, close the connection', async () => {
    for (const finish of [() => guest.op('fetch.cancel', { fetch: 1 }), () => guest.over.abort()]) {
      const closed = Promise.withResolvers<void>();
      server.handle = (_req, res) => {
        res.on('close', () => closed.resolve());
        res.write('a');
      };
      await guest.fetch(1, server.url);
      void finish();
      await closed.promise;
    }
  });

  it('fetch.write sends a body chunk by chunk, and waits for a server that is slow', async () => {
    const began = Promise.withResolvers<() => void>();
    server.handle = (req, res) => {
      req.pause();
      began.resolve(() => {
        let length = 0;
        req.on('data', (chunk) => {
          length += chunk.length;
        });
        req.on('end', () => res.end(String(length))).resume();
      });
    };
    const answer = guest.fetch(1, server.url, { method: 'POST', body: 'stream' });
    const chunk = new Uint8Array(4 * 1_048_576);
    const writes: string[] = [];
    const writing = (async () => {
      for (let i = 0; i < 8; i += 1) {
        assert.deepEqual(await guest.op('fetch.write', { fetch: 1 }, chunk), { data: { taken: true } });
        writes.push('taken');
      }
      await guest.op('fetch.write', { fetch: 1 });
    })();
    const goOn = await began.promise;
    assert.ok(writes.length < 8);
    goOn();
    await writing;
    assert.equal(Buffer.from((await answer)?.bytes ?? []).toString(), String(8 * chunk.length));
    assert.deepEqual(await guest.op('fetch.write', { fetch: 1 }, chunk), { data: { taken: false } });
  });

  it('a failure is a TypeError that says why', async () => {
    await assert.rejects(guest.fetch(1, 'http://other.example/'), {
      name: 'TypeError',
      message: "fetch failed: other.example is not in the manifest's egress",
    });
    await assert.rejects(guest.fetch(2, 'http://127.0.0.1:1/'), { name: 'TypeError', message: /^fetch failed: 127\.0\.0\.1:1 is not in/ });
  });

  for (const [what, more] of Object.entries({
    'no number': { fetch: 0 },
    'a method that is none': { method: 'GET / HTTP/1.1\r\nx: ' },
    'a redirect mode that is none': { redirect: 'sometimes' },
    'a URL that is none': { url: 'http://' },
    'a URL that is long': { url: `http://a.example/${'x'.repeat(70_000)}` },
    'headers that are many': { headers: `a\n${'x'.repeat(70_000)}` },
    'half a header': { headers: 'a' },
    'a header that smuggles': { headers: 'a\nb\r\nc: d' },
    'a header name that smuggles': { headers: 'a: b\r\nc\nd' },
    'a body that is none': { body: 'all' },
    'more than it should': { more: 1 },
  })) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(guest.fetch(1, server.url, more), { name: 'TypeError', message: /^fetch failed: / });
      assert.equal(server.requests.filter((req) => req.method !== 'GET' && req.method !== 'POST').length, 0);
    });
  }

  it('checks what integrity says, of the strongest kind', async () => {
    server.handle = (_req, res) => res.end('checked');
    const digest = (kind: string, text = 'checked') => `${kind}-${createHash(kind).update(text).digest('base64')}`;
    let number = 0;
    const tried = async (integrity: string) => {
      const answer = await guest.fetch(++number, server.url, { integrity }).catch((error: Error) => error.message);
      return typeof answer === 'string' ? 'refused' : Buffer.from(answer?.bytes ?? []).toString();
    };
    for (const [integrity, expected] of [
      [digest('sha256'), 'checked'],
      [digest('sha512'), 'checked'],
      [`${digest('sha384')}?x`, 'checked'],
      [`${digest('sha256', 'other')} ${digest('sha256')}`, 'checked'],
      [`${digest('sha256', 'other')} ${digest('sha512')}`, 'checked'],
      ['md5-abc nonsense', 'checked'],
      [digest('sha256', 'other'), 'refused'],
      [`${digest('sha256')} ${digest('sha512', 'other')}`, 'refused'],
      ['sha256-AAAA', 'refused'],
    ] as const) {
      assert.equal(await tried(integrity), expected, integrity);
    }
  });

  it('has no more than 16 requests of one call wait for their heads at once; the others follow in their order', async () => {
    const held: { url: string | undefined; end: () => void }[] = [];
    let arrived = Promise.withResolvers<void>();
    server.handle = (req, res) => {
      held.push({ url: req.url, end: () => void res.end('x') });
      if (held.length >= 16) arrived.resolve();
    };
    const answers = Array.from({ length: 20 }, (_, i) => guest.fetch(i + 1, `${server.url}/${i + 1}`));
    answers[17]?.catch(() => {});
    await arrived.promise;
    const stranger = new Guest(egress, [`127.0.0.1:${server.port}`]);
    arrived = Promise.withResolvers();
    const other = stranger.fetch(1, `${server.url}/stranger`);
    await arrived.promise;
    while (held.length < 17) await new Promise(setImmediate);
    assert.equal(egress.inFlight, 17);
    assert.equal(held.at(-1)?.url, '/stranger');
    // One that waits can be given up.
    await guest.op('fetch.cancel', { fetch: 18 });
    await assert.rejects(answers[17] as Promise<unknown>, { name: 'TypeError', message: 'fetch failed: the request was aborted' });
    server.handle = (req, res) => {
      held.push({ url: req.url, end: () => undefined });
      res.end('x');
    };
    for (const one of held) one.end();
    await Promise.all([other, ...answers.filter((_, i) => i !== 17)]);
    assert.deepEqual(
      held
        .slice(17)
        .map(({ url }) => url)
        .sort(),
      ['/17', '/19', '/20'],
    );
    stranger.over.abort();
  });

  it('does not count bodies that are read later among those that wait', async () => {
    server.handle = (_req, res) => void res.write('x');
    for (let number = 1; number <= 40; number += 1) await guest.fetch(number, server.url);
    assert.equal(egress.inFlight, 40);
  });

  it('refuses a number twice', async () => {
    server.handle = (_req, res) => void res.write('a');
    await guest.fetch(1, server.url);
    await assert.rejects(guest.fetch(1, server.url), OpError);
  });

  for (const [cache, headers, expected] of [
    ['default', '', [undefined, undefined]],
    ['no-cache', '', ['max-age=0', undefined]],
    ['no-store', '', ['no-cache', 'no-cache']],
    ['reload', 'cache-control\nx=1', ['x=1', 'no-cache']],
    ['default', 'if-none-match\n"a"', ['no-cache', 'no-cache']],
  ] as const) {
    it(`cache: '${cache}' with ${JSON.stringify(headers)} asks ${expected} of caches on the way`, async () => {
      server.handle = (req, res) => res.end(JSON.stringify([req.headers['cache-control'], req.headers.pragma].map(String)));
      const answer = await guest.fetch(1, server.url, { cache, headers });
      assert.deepEqual(JSON.parse(Buffer.from(answer?.bytes ?? []).toString()), expected.map(String));
    });
  }

  it('fetch.data reads data URLs, and nothing else', async () => {
    const { data, bytes } = (await guest.op('fetch.data', 'data:text/plain;charset=x;base64,aGk=#f')) as {
      data: unknown;
      bytes: Uint8Array;
    };
    assert.deepEqual([data, Buffer.from(bytes).toString()], [{ type: 'text/plain;charset=x' }, 'hi']);
    for (const url of ['data:', 'data:;base64,*', server.url, 1, `data:,${'x'.repeat(1_048_577)}`]) {
      await assert.rejects(guest.op('fetch.data', url), { name: 'TypeError', message: /^fetch failed: / });
    }
  });
});
