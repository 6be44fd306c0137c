/** Bodies that stream, over HTTP: both ways, with clients and plugins that are slow, hasty, or gone. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { RunningHost } from '../support/running-host.ts';

/** Chunks on demand: `/next?x` gives what the open streams send next, `/end` ends them, `/seen` tells what has happened. */
const feed = (version: string) => `
const open = new Set<ReadableStreamDefaultController>();
const seen: string[] = [];
const text = (value: string) => new TextEncoder().encode(value);
export default async (request: Request): Promise<unknown> => {
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/seen': return seen;
    case '/next': for (const one of open) one.enqueue(text('${version} ' + url.search.slice(1) + '\\n')); return open.size;
    case '/end': for (const one of open) one.close(); return open.size;
    case '/error': for (const one of open) one.error(new RangeError('no more')); return open.size;
    case '/string': for (const one of open) one.enqueue('text'); return open.size;
  }
  let mine: ReadableStreamDefaultController;
  if (url.search === '?signal') request.signal.addEventListener('abort', () => seen.push('abort ' + request.signal.reason.name));
  return new Response(new ReadableStream({
    start(controller) { open.add((mine = controller)); if (url.search !== '?silent') controller.enqueue(text('${version} start\\n')); },
    cancel(reason) { open.delete(mine); seen.push('cancel ' + reason.name); },
  }), { headers: { 'content-type': 'text/event-stream' } });
};`;

const endless = `
let produced = 0;
const chunk = new Uint8Array(50_000);
export default (request: Request) => request.url.endsWith('/produced') ? produced : new Response(new ReadableStream({
  pull(controller) { produced += chunk.length; controller.enqueue(chunk); },
}));`;

describe('bodies that stream', () => {
  let host: RunningHost;
  const requests: ClientRequest[] = [];
  before(async () => {
    // One executor, so that one sandbox has all calls of a plugin.
    host = await RunningHost.start(['--executors', '1']);
    await host.push('demo/neighbour/good', 'export default () => "fine"');
    await host.push('demo/neighbour/slow', 'export default () => new Promise((ok) => setTimeout(ok, 500, "late"))');
  });
  after(async () => {
    for (const one of requests) one.destroy();
    await host.close();
  });

  /** A request whose body the test writes. */
  const begin = (path: string, method = 'POST', headers: Record<string, string> = {}): ClientRequest => {
    const made = request(`${host.traffic}/${path}`, { method, headers, agent: false }).on('error', () => {});
    requests.push(made);
    return made;
  };
  const replyTo = async (made: ClientRequest): Promise<IncomingMessage> => ((await once(made, 'response')) as [IncomingMessage])[0];
  const get = (path: string): Promise<IncomingMessage> => {
    const made = begin(path, 'GET');
    made.end();
    return replyTo(made);
  };
  /** What there is as soon as there is something; what comes between two reads is not lost. */
  const nextOf = async (reply: IncomingMessage): Promise<string> => {
    for (;;) {
      const bytes = reply.read() as Buffer | null;
      if (bytes !== null) return bytes.toString('latin1');
      await once(reply, 'readable');
    }
  };
  /** Whether a reply comes to its proper end. */
  const isWhole = async (reply: IncomingMessage): Promise<boolean> => {
    reply.resume().on('error', () => {});
    await new Promise((resolve) => reply.once('close', resolve));
    return reply.complete;
  };
  const json = async (path: string): Promise<unknown> => JSON.parse(await host.text(path));
  const until = async (path: string, wanted: (value: unknown) => boolean): Promise<unknown> => {
    for (;;) {
      const value = await json(path);
      if (wanted(value)) return value;
    }
  };
  const outcomesOf = async (plugin: string): Promise<Record<string, number>> => {
    const usage = (await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as { outcomes: Record<string, number> };
    return usage.outcomes;
  };
  /** Records come when calls are over, which is after their replies. */
  const untilOutcome = async (plugin: string, outcome: string): Promise<void> => {
    while ((await outcomesOf(plugin))[outcome] === undefined);
  };

  it('an upload of 20 MB goes through a plugin that has 24 MiB', async () => {
    const source = `export default (request: Request) => {
      const reader = request.body!.getReader!();
      return new Response(new ReadableStream({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) return controller.close();
          for (let i = 0; i < value.length; i += 4096) value[i] = 33;
          controller.enqueue(value);
        },
      }));
    };`;
    await host.push('demo/stream/echo', { source, manifest: { limits: { requestBytes: 33_554_432, memoryMb: 24, cpuMs: 10_000 } } });
    const body = Buffer.alloc(20_000_000, 'abcdefg');
    const answer = Buffer.from(await (await host.call('demo/stream/echo', { method: 'POST', body })).arrayBuffer());
    assert.equal(answer.length, body.length);
    let differs = 0;
    for (let i = 0; i < body.length; i += 1) if (answer[i] !== body[i]) differs += answer[i] === 33 ? 1 : body.length;
    assert.ok(differs >= body.length / 65_536 && differs < body.length / 100, String(differs));
    const usage = (await (await host.admin('GET', '/v1/plugins/demo/stream/echo/usage')).json()) as Record<string, unknown>;
    assert.deepEqual([usage['bytesIn'], usage['bytesOut'], usage['outcomes']], [body.length, body.length, { ok: 1 }]);
  });

  it('text(), json() and bytes() read a body that is still coming in to its end', async () => {
    const source = `export default async (request: Request) => {
      const before = request.bodyUsed;
      const value = await (request as any)[new URL(request.url).search.slice(1)]();
      return [before, request.bodyUsed, value.length, await request.text().catch((error) => error.name)];
    };`;
    await host.push('demo/stream/readers', source);
    const list = JSON.stringify(Array.from({ length: 50_000 }, (_, i) => `ü${i}`));
    for (const [reader, length] of [
      ['text', list.length],
      ['json', 50_000],
      ['bytes', Buffer.byteLength(list)],
    ]) {
      const answer = await host.text(`demo/stream/readers?${reader}`, { method: 'POST', body: list });
      assert.deepEqual(JSON.parse(answer), [false, true, length, 'TypeError']);
    }
  });

  it('a body of unknown length reaches the plugin as it comes', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request) => {
      if (request.method === 'GET') return seen;
      const decoder = new TextDecoder();
      for await (const chunk of request.body!.values!()) seen.push(decoder.decode(chunk));
      return 'end';
    };`;
    await host.push('demo/stream/chunks', { source, manifest: { limits: { deadlineMs: 60_000 } } });
    const upload = begin('demo/stream/chunks');
    for (const chunk of ['one', 'two', 'three']) {
      upload.write(chunk);
      await until('demo/stream/chunks', (seen) => (seen as string[]).includes(chunk));
    }
    upload.end();
    assert.equal(await nextOf(await replyTo(upload)), '"end"');
  });

  it('a body of unknown length may be empty', async () => {
    const source = 'export default async (request: Request) => [request.body === null, await request.text()]';
    await host.push('demo/stream/empty', source);
    const upload = begin('demo/stream/empty', 'POST', { 'transfer-encoding': 'chunked' });
    upload.end();
    assert.equal(await nextOf(await replyTo(upload)), '[false,""]');
  });

  it('the time in which a client sends its body is not the call’s', async () => {
    const source = 'export default async (request: Request) => (await request.text()).length';
    await host.push('demo/stream/slow-client', { source, manifest: { limits: { deadlineMs: 100 } } });
    const upload = begin('demo/stream/slow-client');
    upload.write('x');
    assert.equal(await host.text('demo/neighbour/slow'), '"late"');
    upload.end('y');
    assert.equal(await nextOf(await replyTo(upload)), '2');
  });

  it('server-sent events reach the client one by one, and the reply ends when the plugin ends it', async () => {
    await host.push('demo/stream/events', feed('v1'));
    const reply = await get('demo/stream/events');
    assert.equal(reply.headers['content-type'], 'text/event-stream');
    assert.equal(await nextOf(reply), 'v1 start\n');
    for (const event of ['a', 'b', 'c']) {
      assert.equal(await json(`demo/stream/events/next?${event}`), 1);
      assert.equal(await nextOf(reply), `v1 ${event}\n`);
    }
    await host.text('demo/stream/events/end');
    assert.equal(await isWhole(reply), true);
  });

  it('a reply’s head leaves before there is any body', async () => {
    await host.push('demo/stream/silent', feed('v1'));
    const reply = await get('demo/stream/silent?silent');
    assert.equal(reply.statusCode, 200);
    await host.text('demo/stream/silent/next?x');
    assert.equal(await nextOf(reply), 'v1 x\n');
  });

  it('a plugin that writes without end is held back by a client that does not read', async () => {
    await host.push('demo/stream/endless', { source: endless, manifest: { limits: { streamBytes: 1_073_741_824, cpuMs: 10_000 } } });
    const reply = await get('demo/stream/endless');
    // It comes to a stop by itself: it would else go on to its limit, and the reply would break off.
    let same = 0;
    let before: unknown;
    while (same < 50) {
      const now = await json('demo/stream/endless/produced');
      same = now === before ? same + 1 : 0;
      before = now;
    }
    // What the kernel holds of a connection on one machine, and two windows.
    assert.ok((before as number) < 16_000_000, String(before));
    let read = 0;
    while (read < 20_000_000) read += (await nextOf(reply)).length;
    reply.destroy();
    await untilOutcome('demo/stream/endless', 'aborted');
  });

  it('a stream beyond streamBytes or streamMs breaks off', async () => {
    await host.push('demo/stream/too-large', { source: endless, manifest: { limits: { streamBytes: 1_000_000, cpuMs: 10_000 } } });
    assert.equal(await isWhole(await get('demo/stream/too-large')), false);
    await untilOutcome('demo/stream/too-large', 'response_too_large');
    await host.push('demo/stream/too-long', { source: feed('v1'), manifest: { limits: { streamMs: 100 } } });
    assert.equal(await isWhole(await get('demo/stream/too-long')), false);
    await untilOutcome('demo/stream/too-long', 'deadline_exceeded');
  });

  it('a stream that fails breaks off, and the log says why', async () => {
    for (const [path, detail] of [
      ['error', 'RangeError: no more'],
      ['string', 'TypeError: A chunk of the reply'],
    ] as const) {
      await host.push(`demo/stream/fails-${path}`, feed('v1'));
      const reply = await get(`demo/stream/fails-${path}`);
      assert.equal(await nextOf(reply), 'v1 start\n');
      const whole = isWhole(reply);
      await host.text(`demo/stream/fails-${path}/${path}`);
      assert.equal(await whole, false);
      await untilOutcome(`demo/stream/fails-${path}`, 'plugin_error');
      assert.ok(host.lines.some((line) => JSON.stringify(line).includes(detail)));
    }
  });

  it('a guard that trips in the middle of a stream breaks it off', async () => {
    const source = `export default () => { let n = 0; return new Response(new ReadableStream({
      async pull(controller) { await new Promise((ok) => setTimeout(ok, 1)); if (n++ > 2) for (;;); controller.enqueue(new Uint8Array(10)); } })); }`;
    await host.push('demo/stream/spins', source);
    assert.equal(await isWhole(await get('demo/stream/spins')), false);
    assert.equal(await host.text('demo/neighbour/good'), '"fine"');
  });

  it('a stream that cannot be read is the plugin’s error', async () => {
    const source = `export default () => { const stream = new ReadableStream(); const reply = new Response(stream); stream.getReader(); return reply; }`;
    await host.push('demo/stream/locked', source);
    assert.equal((await host.problem('demo/stream/locked')).code, 'plugin_error');
  });

  it('small chunks that are there together leave together', async () => {
    const source = `const one = new Uint8Array([120]);
    export default (request: Request) => {
      let left = Number(new URL(request.url).search.slice(1));
      return new Response(new ReadableStream({ pull(c) { if (left-- > 0) c.enqueue(one); else c.close(); } }));
    };`;
    const limits = { cpuMs: 10_000, loopBudget: 100_000_000 };
    await host.push('demo/stream/tiny', { source, manifest: { limits } });
    const reply = await get('demo/stream/tiny?50000');
    const sizes: number[] = [];
    for await (const chunk of reply) sizes.push((chunk as Buffer).length);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      50_000,
    );
    assert.ok(sizes.length < 150, String(sizes.length));
    // A million of them is a matter of the CPU limit, and of nobody else.
    await host.push('demo/stream/tiny-million', source);
    assert.equal(await isWhole(await get('demo/stream/tiny-million?1000000')), false);
    assert.equal(await host.text('demo/neighbour/good'), '"fine"');
  });

  it('a plugin that does not read its request’s body answers all the same', async () => {
    await host.push('demo/stream/blind', {
      source: 'export default () => "seen nothing"',
      manifest: { limits: { requestBytes: 33_554_432 } },
    });
    const upload = begin('demo/stream/blind', 'POST', { 'content-length': '20000000' });
    upload.write(Buffer.alloc(100_000));
    assert.equal(await nextOf(await replyTo(upload)), '"seen nothing"');
  });

  it('a body of unknown length beyond requestBytes is 413, and the plugin’s read fails', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request) => {
      if (request.method === 'GET') return seen;
      return request.text().then(() => 'whole', (error) => { seen.push(error.name); return 'caught'; });
    };`;
    await host.push('demo/stream/too-much', { source, manifest: { limits: { requestBytes: 100_000 } } });
    const upload = begin('demo/stream/too-much');
    upload.write(Buffer.alloc(90_000));
    upload.write(Buffer.alloc(90_000));
    const reply = await replyTo(upload);
    assert.equal(reply.statusCode, 413);
    assert.deepEqual(await json('demo/stream/too-much'), ['RangeError']);
    assert.equal((await outcomesOf('demo/stream/too-much'))['request_too_large'], 1);
    // However fast it comes.
    const hasty = begin('demo/stream/too-much');
    for (let i = 0; i < 300; i += 1) hasty.write(Buffer.alloc(100_000));
    assert.equal((await replyTo(hasty)).statusCode, 413);
  });

  it('a stream that is returned to a client that has gone is canceled', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request) => {
      if (request.url.endsWith('/seen')) return seen;
      const gone = new Promise((ok) => { request.signal.onabort = ok; });
      seen.push('begun');
      const tick = setInterval(() => {}, 5);
      await gone;
      clearInterval(tick);
      return new Response(new ReadableStream({ cancel(reason) { seen.push(reason.name); } }));
    };`;
    await host.push('demo/stream/returned-late', { source, manifest: { limits: { deadlineMs: 10_000 } } });
    const made = begin('demo/stream/returned-late', 'GET');
    made.end();
    await until('demo/stream/returned-late/seen', (seen) => (seen as string[]).length === 1);
    made.destroy();
    assert.deepEqual(await until('demo/stream/returned-late/seen', (seen) => (seen as string[]).length > 1), ['begun', 'AbortError']);
  });

  it('HEAD of a stream has its head and cancels the stream', async () => {
    await host.push('demo/stream/head', feed('v1'));
    const made = begin('demo/stream/head', 'HEAD');
    made.end();
    assert.equal((await replyTo(made)).headers['content-type'], 'text/event-stream');
    assert.deepEqual(await until('demo/stream/head/seen', (seen) => (seen as string[]).length > 0), ['cancel AbortError']);
  });

  it('a client that leaves cancels the stream and aborts the request’s signal', async () => {
    await host.push('demo/stream/leaves', feed('v1'));
    const reply = await get('demo/stream/leaves?signal');
    assert.equal(await nextOf(reply), 'v1 start\n');
    reply.destroy();
    const seen = await until('demo/stream/leaves/seen', (value) => (value as string[]).length > 1);
    assert.deepEqual((seen as string[]).sort(), ['abort AbortError', 'cancel AbortError']);
    await untilOutcome('demo/stream/leaves', 'aborted');
  });

  it('a client that leaves in the middle of its body fails the read, and a call that watches its signal goes on', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request) => {
      if (request.method === 'GET') return seen;
      if (request.url.endsWith('?watch')) request.signal.onabort = () => seen.push('abort');
      seen.push('begun');
      try { return await request.text(); } catch (error) { seen.push((error as Error).name); await new Promise((ok) => setTimeout(ok, 20)); seen.push('goes on'); }
    };`;
    await host.push('demo/stream/breaks-off', { source, manifest: { limits: { deadlineMs: 10_000 } } });
    const upload = begin('demo/stream/breaks-off?watch', 'POST', { 'content-length': '500000' });
    upload.write(Buffer.alloc(100_000));
    await until('demo/stream/breaks-off', (seen) => (seen as string[]).includes('begun'));
    upload.destroy();
    const seen = (await until('demo/stream/breaks-off', (value) => (value as string[]).includes('goes on'))) as string[];
    assert.deepEqual(seen.sort(), ['TypeError', 'abort', 'begun', 'goes on']);
    await untilOutcome('demo/stream/breaks-off', 'aborted');
  });

  it('a call that does not care for its client ends when that leaves', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request) => {
      if (request.url.endsWith('/seen')) return seen;
      seen.push('begun');
      await new Promise((ok) => setTimeout(ok, 60_000));
    };`;
    await host.push('demo/stream/careless', { source, manifest: { limits: { deadlineMs: 60_000 } } });
    const made = begin('demo/stream/careless', 'GET');
    made.end();
    await until('demo/stream/careless/seen', (seen) => (seen as string[]).length > 0);
    made.destroy();
    await untilOutcome('demo/stream/careless', 'aborted');
  });

  it('waitUntil lets a call outlive its client', async () => {
    const source = `const seen: string[] = [];
    export default async (request: Request, env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }) => {
      if (request.url.endsWith('/seen')) return seen;
      if (request.url.endsWith('/release')) { seen.push('release'); return; }
      ctx.waitUntil((async () => { while (!seen.includes('release')) await new Promise((ok) => setTimeout(ok, 5)); seen.push('done'); })());
      seen.push('begun');
      await new Promise((ok) => setTimeout(ok, 60_000));
    };`;
    await host.push('demo/stream/wait-until', { source, manifest: { limits: { deadlineMs: 60_000, cpuMs: 10_000 } } });
    const made = begin('demo/stream/wait-until', 'GET');
    made.end();
    await until('demo/stream/wait-until/seen', (seen) => (seen as string[]).includes('begun'));
    made.destroy();
    await host.text('demo/stream/wait-until/release');
    assert.deepEqual(await until('demo/stream/wait-until/seen', (seen) => (seen as string[]).includes('done')), [
      'begun',
      'release',
      'done',
    ]);
  });

  it('a stream finishes on its release while a new one serves', async () => {
    await host.push('demo/stream/swapped', feed('v1'));
    const ticking = feed('v1').replace(
      'cancel(',
      'async pull(c) { await new Promise((ok) => setTimeout(ok, 5)); c.enqueue(text("v1 tick\\\\n")); }, cancel(',
    );
    await host.push('demo/stream/swapped', ticking);
    const reply = await get('demo/stream/swapped');
    assert.match(await nextOf(reply), /^v1 start/);
    await host.push('demo/stream/swapped', feed('v2'));
    const second = await get('demo/stream/swapped');
    assert.equal(await nextOf(second), 'v2 start\n');
    for (let i = 0; i < 3; i += 1) assert.match(await nextOf(reply), /v1 tick/);
    assert.equal(reply.headers['nbox-release'], '2');
    reply.destroy();
    second.destroy();
  });

  it('a reply whose executor is lost breaks off', async () => {
    await host.push('demo/stream/killed', feed('v1'));
    const reply = await get('demo/stream/killed');
    assert.equal(await nextOf(reply), 'v1 start\n');
    const whole = isWhole(reply);
    process.kill(host.host.lanes.executors()[0]?.pid as number, 'SIGKILL');
    assert.equal(await whole, false);
    await untilOutcome('demo/stream/killed', 'executor_lost');
    const again = await get('demo/stream/killed');
    assert.equal(await nextOf(again), 'v1 start\n');
    again.destroy();
  });

  it('an upload that was being read is not started anew on another executor', async () => {
    const source = `let read = 0;
    export default async (request: Request) => {
      if (request.method === 'GET') return read;
      for await (const chunk of request.body!.values!()) read += chunk.length;
    };`;
    await host.push('demo/stream/not-again', { source, manifest: { limits: { deadlineMs: 60_000 } } });
    const upload = begin('demo/stream/not-again', 'PUT', { 'content-length': '200000' });
    upload.write(Buffer.alloc(100_000));
    await until('demo/stream/not-again', (read) => read === 100_000);
    process.kill(host.host.lanes.executors()[0]?.pid as number, 'SIGKILL');
    const reply = await replyTo(upload);
    assert.equal(reply.statusCode, 503);
    assert.match(await nextOf(reply), /executor_lost/);
  });

  it('a host that stops cuts open streams when its drain time is over', async () => {
    const other = await RunningHost.start(['--executors', '1', '--drain-ms', '200']);
    await other.push('demo/stream/open', feed('v1'));
    const made = request(`${other.traffic}/demo/stream/open`, { agent: false }).on('error', () => {});
    made.end();
    const reply = await replyTo(made);
    assert.equal(await nextOf(reply), 'v1 start\n');
    const whole = isWhole(reply);
    await other.close();
    assert.equal(await whole, false);
  });
});
