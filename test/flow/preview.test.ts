/** Previews over the whole host: a draft beside what is live, for whoever has its token, and for nobody when it is over. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endless } from '../support/endless.ts';
import { exchange, readResponses } from '../support/raw-http.ts';
import { type Problem, RunningHost } from '../support/running-host.ts';

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const name = 'nbox-preview-token';

interface Made {
  readonly preview: {
    readonly id: string;
    readonly url: string;
    readonly token: string;
    readonly expiresAt: string;
    readonly hash: string;
  };
  readonly interfaces: string[];
  readonly timings: Record<string, number>;
  readonly gates: object;
}

/** A preview as its author has it. */
class Preview {
  readonly host: RunningHost;
  readonly plugin: string;
  readonly made: Made;

  constructor(host: RunningHost, plugin: string, made: Made) {
    this.host = host;
    this.plugin = plugin;
    this.made = made;
  }

  static async make(host: RunningHost, plugin: string, body: object | string, query = ''): Promise<Preview> {
    const push = typeof body === 'string' ? { source: body } : body;
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/previews${query}`, push);
    const text = await answer.text();
    assert.equal(answer.status, 201, text);
    return new Preview(host, plugin, JSON.parse(text));
  }

  get id(): string {
    return this.made.preview.id;
  }

  get token(): string {
    return this.made.preview.token;
  }

  get path(): string {
    return `/v1/plugins/${this.plugin}/previews/${this.id}`;
  }

  /** With the token in the header. */
  call(path = '', init: RequestInit = {}): Promise<Response> {
    return this.bare(path, { ...init, headers: { [name]: this.token, ...init.headers } });
  }

  bare(path = '', init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.host.traffic}/~preview/${this.id}/${path}`, { redirect: 'manual', ...init });
  }

  async text(path = '', init: RequestInit = {}): Promise<string> {
    return (await this.call(path, init)).text();
  }

  async problem(path = '', init: RequestInit = {}): Promise<Problem> {
    return (await (await this.call(path, init)).json()) as Problem;
  }
}

const counter = (say: string) => `let calls = 0; export default () => '${say} ' + ++calls;`;
const live = async (host: RunningHost, plugin: string) => {
  const of = async (what: string) => (await host.admin('GET', `/v1/plugins/${plugin}${what}`)).json();
  const all = await Promise.all(['', '/releases', '/deployments', '/usage', '/breaker'].map(of));
  // The division of the processes' CPU has what was pushed and previewed, and goes on by itself.
  return all.map((one) => ({ ...(one as object), division: undefined, sinceStart: undefined }));
};

describe('previews', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start(['--expose-errors', 'false', '--evict-after', '1', '--egress-allow', '127.0.0.1']);
  });
  after(() => host.close());

  it('runs beside what is live, each with its own state, and changes nothing of it', async () => {
    const plugin = 'demo/preview/beside';
    await host.push(plugin, counter('live'));
    assert.equal(await host.text(`${plugin}/`), '"live 1"');
    const before = await live(host, plugin);
    const draft = await Preview.make(host, plugin, counter('draft'));
    const other = await Preview.make(host, plugin, counter('live'));
    assert.deepEqual(draft.made.interfaces, ['fetch']);
    assert.ok((draft.made.timings['totalMs'] as number) > 0);
    assert.match(draft.token, /^nboxp_[\w-]{43}$/);
    assert.equal(draft.made.preview.url, `/~preview/${draft.id}/`);
    // Of the very content that is live.
    assert.equal(other.made.preview.hash, (before[0] as unknown as { release: { hash: string } }).release.hash);
    for (const n of [1, 2]) {
      assert.equal(await draft.text(), `"draft ${n}"`);
      assert.equal(await other.text(), `"live ${n}"`);
    }
    assert.deepEqual(await live(host, plugin), before);
    assert.equal(await host.text(`${plugin}/`), '"live 2"');
    const usage = (await (await host.admin('GET', draft.path)).json()) as { usage: { calls: number }; breaker: { state: string } };
    assert.deepEqual([usage.usage.calls, usage.breaker.state], [2, 'closed']);
    const all = (await (await host.admin('GET', '/v1/usage')).json()) as { plugins: { plugin: string }[]; previews: { calls: number } };
    assert.deepEqual([all.plugins.map((one) => one.plugin), all.previews.calls], [[plugin], 4]);
  });

  it('needs no plugin that is there, and makes none', async () => {
    const draft = await Preview.make(host, 'demo/preview/new', 'export default (r: Request) => new URL(r.url).pathname');
    assert.equal(await draft.text('a/b?c'), '"/a/b"');
    assert.equal((await host.call('demo/preview/new/')).status, 404);
    assert.equal((await host.admin('GET', '/v1/plugins/demo/preview/new')).status, 404);
  });

  it('is a push that is refused as any: no preview comes of type errors, unless they are let through', async () => {
    const plugin = 'demo/preview/refused';
    const wrong = { source: 'const n: number = "x"; export default () => n;' };
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/previews`, wrong);
    const problem = (await answer.json()) as Problem;
    assert.deepEqual([answer.status, problem.code, problem.diagnostics?.[0]?.line], [422, 'type_errors', 1]);
    const list = async () =>
      ((await (await host.admin('GET', `/v1/plugins/${plugin}/previews`)).json()) as { previews: object[] }).previews;
    assert.deepEqual(await list(), []);
    assert.equal(await (await Preview.make(host, plugin, wrong, '?typecheck=warn')).text(), '"x"');
    assert.equal((await list()).length, 1);
    assert.ok(!JSON.stringify(await list()).includes('nboxp_'));
    for (const [body, code] of [
      [{ source: 'throw new Error("top");\nexport default () => 1;' }, 'probe_failed'],
      [{ source: 'export default 1', manifest: { lane: 'none' } }, 'invalid_manifest'],
      [{ source: 'export default 1', manifest: { dynamicCode: true } }, 'invalid_manifest'],
      [{ source: 'export default 1', ttlSeconds: 9 }, 'invalid_body'],
      [{ source: 'export default 1', ttlSeconds: 86_401 }, 'invalid_body'],
      [{ source: 'export default 1', percentage: 5 }, 'invalid_body'],
      [{}, 'invalid_body'],
    ] as const) {
      const refused = (await (await host.admin('POST', `/v1/plugins/${plugin}/previews`, body)).json()) as Problem;
      assert.equal(refused.code, code, JSON.stringify(refused));
    }
    assert.equal((await list()).length, 1);
  });

  it('tells its failures in full, and marks its lines in the log', async () => {
    const source = 'export default (r: Request) => {\n  console.log("said", r.url);\n  throw new RangeError("hunter2");\n};';
    await host.push('demo/preview/fails', 'export default () => 1');
    const draft = await Preview.make(host, 'demo/preview/fails', source);
    const answer = await draft.call('x');
    const problem = (await answer.json()) as Problem;
    assert.equal(problem.code, 'plugin_error');
    assert.match(problem.detail, /RangeError: hunter2/);
    assert.deepEqual([problem.position?.file, problem.position?.line], ['index.ts', 3]);
    assert.equal(answer.headers.get('nbox-preview'), draft.id);
    assert.equal(answer.headers.get('nbox-release'), null);
    const said = host.lines.filter((line) => line['preview'] === draft.id);
    assert.ok(
      said.some(({ msg, plugin, release }) => /^said/.test(String(msg)) && plugin === 'demo/preview/fails' && release === undefined),
    );
    assert.ok(said.some(({ code, position }) => code === 'plugin_error' && position !== undefined));
    assert.ok(!host.lines.some((line) => JSON.stringify(line).includes(draft.token)));
    // What failed was no release of the plugin's.
    const failures = await (await host.admin('GET', '/v1/plugins/demo/preview/fails/failures')).json();
    assert.deepEqual((failures as { failures: object[] }).failures, []);
  });

  describe('its token', () => {
    const plugin = 'demo/preview/token';
    const source = `export default (r: Request) => {
      const headers = [...r.headers].filter(([name]) => name !== 'host');
      return { url: new URL(r.url).pathname + new URL(r.url).search, method: r.method, headers: JSON.stringify(headers) };
    };`;
    let draft: Preview;
    let another: Preview;
    before(async () => {
      draft = await Preview.make(host, plugin, source);
      another = await Preview.make(host, plugin, source);
    });

    it('is needed, and nothing is told of what there is without it', async () => {
      const wrong = `nboxp_${'A'.repeat(43)}`;
      const answers = await Promise.all([
        draft.bare(),
        draft.bare('', { headers: { [name]: wrong } }),
        draft.bare(`?${name}=${wrong}`),
        draft.bare('', { headers: { cookie: `${name}=${wrong}` } }),
        draft.bare('', { headers: { [name]: another.token } }),
        draft.bare('', { headers: { authorization: `Bearer ${draft.token}` } }),
        fetch(`${host.traffic}/~preview/${'0'.repeat(20)}/`, { headers: { [name]: draft.token } }),
        fetch(`${host.traffic}/~preview/`, { headers: { [name]: draft.token } }),
      ]);
      const problems = await Promise.all(answers.map((one) => one.text()));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([404]));
      assert.equal(new Set(problems).size, 1, problems.join('\n'));
      for (const { headers } of answers) {
        assert.deepEqual([headers.get('nbox-preview'), headers.get('cache-control')], [null, 'no-store']);
      }
      assert.equal((JSON.parse(problems[0] as string) as Problem).code, 'no_such_preview');
    });

    it('never reaches the plugin, however it came, and the rest of the request does', async () => {
      type Seen = { url: string; headers: string };
      const seen = async (answer: Promise<Response>) => (await (await answer).json()) as Seen;
      const header = await seen(draft.call('a?b=c', { headers: { cookie: 'x=1' } }));
      assert.equal(header.url, '/a?b=c');
      assert.match(header.headers, /\["cookie","x=1"\]/);
      const posted = await seen(draft.bare(`a?b=%20c&nbox%2Dpreview-token=${draft.token}&d`, { method: 'POST', body: '1' }));
      assert.equal(posted.url, '/a?b=%20c&d');
      const cookie = await seen(draft.bare('', { headers: { cookie: `x=1; ${name}=wrong; ${name}=${draft.token}; y=2` } }));
      assert.match(cookie.headers, /\["cookie","x=1; y=2"\]/);
      // With the right one in the header, what else is there of the kind is taken out all the same.
      const both = await seen(draft.call(`?${name}=wrong`, { headers: { cookie: `${name}=${another.token}` } }));
      for (const one of [header, posted, cookie, both]) {
        assert.doesNotMatch(JSON.stringify(one), /nbox-preview-token|nboxp_/);
      }
    });

    it('in a browser becomes a cookie of its path, and the address is clean', async () => {
      const visit = await draft.bare(`deep/page?a=1&${name}=${draft.token}&b=2`);
      assert.equal(visit.status, 303);
      assert.equal(visit.headers.get('location'), `/~preview/${draft.id}/deep/page?a=1&b=2`);
      assert.equal(visit.headers.get('referrer-policy'), 'no-referrer');
      const cookie = visit.headers.get('set-cookie') ?? '';
      const form = new RegExp(`^${name}=${draft.token}; Path=/~preview/${draft.id}; Max-Age=\\d+; HttpOnly; SameSite=Lax$`);
      assert.match(cookie, form);
      const sent = { headers: { cookie: cookie.split(';')[0] as string } };
      assert.equal((await draft.bare('deep/page?a=1&b=2', sent)).status, 200);
      assert.equal((await another.bare('', sent)).status, 404);
      const safe = await draft.bare(`?${name}=${draft.token}`, { headers: { 'x-forwarded-proto': 'https' } });
      assert.match(safe.headers.get('set-cookie') ?? '', /; Secure$/);
    });

    it('is not got by other ways of writing the address', async () => {
      const ask = async (target: string, header = draft.token) => {
        const request = `GET ${target} HTTP/1.1\r\nHost: h\r\n${name}: ${header}\r\nConnection: close\r\n\r\n`;
        const [response] = readResponses(await exchange(host.host.traffic.port, Buffer.from(request, 'latin1')), ['GET']);
        return response as { status: number; headers: Headers; body: string };
      };
      for (const target of [
        `/~preview/${draft.id.toUpperCase()}x/`,
        `/~preview/${draft.id}0/`,
        `/~preview/${draft.id};x/`,
        `/~preview//${draft.id}/`,
        `/%7epreview/${draft.id}/`,
        `/~preview/../${plugin}/`,
        `/~preview/${another.id}/../${draft.id}/`,
        `//~preview/${draft.id}/`,
        `/${plugin}/../../../~preview/${draft.id}/`,
      ]) {
        const { status, headers } = await ask(target);
        assert.deepEqual([status, headers.get('nbox-preview')], [404, null], target);
      }
      // What the draft's own path has of them leads nowhere but to the draft.
      const { status, headers, body } = await ask(`http://h/~preview/${draft.id}/../${another.id}/%2e%2e/x`);
      assert.deepEqual([status, headers.get('nbox-preview'), JSON.parse(body).url], [200, draft.id, '/x']);
    });

    it('cannot be guessed for long, and who tries keeps nobody from the others', async () => {
      const target = await Preview.make(host, 'demo/preview/guessed', source);
      for (let i = 0; i < 10; i += 1) assert.equal((await target.bare('', { headers: { [name]: `guess-${i}` } })).status, 404);
      const late = await target.call();
      assert.deepEqual([late.status, ((await late.json()) as Problem).code], [429, 'too_many_guesses']);
      assert.ok(Number(late.headers.get('retry-after')) > 0);
      assert.equal((await draft.call()).status, 200);
    });
  });

  it('says that it is one, whatever the plugin says, and its headers reach no further than it', async () => {
    const source = `export default (r: Request) => {
      const headers = new Headers({
        'nbox-preview': 'forged', 'nbox-release': '7', 'cache-control': 'public, max-age=600', 'x-robots-tag': 'all', 'x-own': 'kept',
        'clear-site-data': '"*"', 'service-worker-allowed': '/', 'strict-transport-security': 'max-age=1',
      });
      headers.append('set-cookie', 'a=1; Path=/; Domain=example.com; HttpOnly');
      headers.append('set-cookie', 'b=2');
      headers.append('set-cookie', '${name}=mine; Path=/');
      headers.append('set-cookie', '=${name}=mine');
      const stream = r.url.endsWith('stream') ? new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('x')); c.close(); } }) : 'x';
      return new Response(stream, { headers });
    };`;
    const plugin = 'demo/preview/headers';
    const draft = await Preview.make(host, plugin, source);
    for (const path of ['', 'stream']) {
      const { headers } = await draft.call(path);
      const of = ['nbox-preview', 'nbox-release', 'cache-control', 'x-robots-tag', 'x-own', 'clear-site-data', 'service-worker-allowed'];
      assert.deepEqual(
        of.map((one) => headers.get(one)),
        [draft.id, null, 'no-store', 'noindex', 'kept', null, null],
      );
      const at = `Path=/~preview/${draft.id}`;
      assert.deepEqual(headers.getSetCookie(), [`a=1; HttpOnly; ${at}`, `b=2; ${at}`]);
    }
    await host.push(plugin, source);
    const { headers } = await host.call(`${plugin}/`);
    assert.deepEqual([headers.get('nbox-preview'), headers.get('nbox-release'), headers.get('x-robots-tag')], [null, '1', 'all']);
  });

  it('comes back when its sandbox was dropped, and when its executors were killed', async () => {
    const random = 'const id = crypto.randomUUID(); let calls = 0; export default () => [id, ++calls]';
    const drafts = [await Preview.make(host, 'demo/preview/back', counter('n')), await Preview.make(host, 'demo/preview/back', random)];
    const held = () => host.host.lanes.executors().reduce((sum, { releases }) => sum + releases, 0);
    const check = async () => {
      const [first, second] = await Promise.all(drafts.map((one) => one.text()));
      assert.equal(first, '"n 1"');
      assert.match(second ?? '', /^\["[-0-9a-f]{36}",1\]$/);
    };
    await check();
    await until(() => held() === 0);
    await check();
    for (const { pid } of host.host.lanes.executors()) process.kill(pid as number, 'SIGKILL');
    await until(() => held() === 0 && host.host.lanes.ready);
    await check();
  });

  it('that hangs executors is refused, and nothing of it is held against what is live', async () => {
    const plugin = 'demo/preview/hangs';
    const manifest = { limits: { cpuMs: 20, deadlineMs: 20_000 } };
    await host.push(plugin, { source: 'export default () => "well"', manifest });
    const draft = await Preview.make(host, plugin, { source: `export default () => ${endless};`, manifest });
    let problem = await draft.problem();
    while (problem.code !== 'quarantined') problem = await draft.problem();
    const states = await Promise.all(
      [draft.path, `/v1/plugins/${plugin}/breaker`].map(async (at) => (await host.admin('GET', at)).json() as Promise<object>),
    );
    assert.deepEqual(
      states.map((one) => ('breaker' in one ? one.breaker : one) as { state: string }).map(({ state }) => state),
      ['refused', 'closed'],
    );
    assert.equal(await host.text(`${plugin}/`), '"well"');
  });

  it('has connections of its own to other services, whatever the plugin has under way', async () => {
    const held = Promise.withResolvers<void>();
    let waiting = 0;
    const server = createServer((req, res) => {
      if (req.url === '/now') res.end('fetched');
      else {
        waiting += 1;
        void held.promise.then(() => res.end('late'));
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = `export default async (r: Request) => {
      if (r.url.endsWith('/now')) return (await fetch('http://${origin}/now')).text();
      return (await Promise.all(Array.from({ length: 16 }, () => fetch('http://${origin}/wait')))).length;
    };`;
    const push = { source, manifest: { egress: [origin], limits: { deadlineMs: 30_000 } } };
    const plugin = 'demo/preview/fetches';
    try {
      await host.push(plugin, push);
      const draft = await Preview.make(host, plugin, push);
      const calls = Array.from({ length: 4 }, () => host.text(`${plugin}/wait`));
      await until(() => waiting === 64);
      assert.equal((await host.call(`${plugin}/now`)).status, 502);
      assert.equal(await draft.text('now'), '"fetched"');
      held.resolve();
      assert.deepEqual(await Promise.all(calls), ['16', '16', '16', '16']);
    } finally {
      held.resolve();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    }
  });

  it('is held against the requests that the plugin was seen to get', async () => {
    const plugin = 'demo/preview/replayed';
    await host.push(plugin, 'export default () => "old"');
    assert.equal(await host.text(`${plugin}/`), '"old"');
    const manifest = { gates: { replay: 'block' } };
    const push = { source: 'export default () => "new"', manifest };
    const refused = await host.admin('POST', `/v1/plugins/${plugin}/previews`, push);
    assert.equal(refused.status, 422, await refused.text());
    const draft = await Preview.make(host, plugin, push, '?accept=replay');
    assert.equal(await draft.text(), '"new"');
    const { replay } = draft.made.gates as { replay: { requests: number; same: number } };
    assert.deepEqual([replay.requests, replay.same], [1, 0]);
    assert.equal((await host.admin('POST', `${draft.path}/publish`, {})).status, 422);
    assert.equal((await host.admin('POST', `${draft.path}/publish?accept=replay`, {})).status, 201);
  });

  it('is called by hand as a plugin is', async () => {
    const plugin = 'demo/preview/events';
    await host.push(plugin, 'export default { async scheduled() { throw new Error("live"); } }');
    const source = 'export default { async scheduled(c: { cron: string }) { if (c.cron !== "x") throw new Error("cron " + c.cron); } }';
    const draft = await Preview.make(host, plugin, source);
    const invoke = (body: object) => host.admin('POST', `${draft.path}/invocations`, body);
    assert.deepEqual(await (await invoke({ interface: 'scheduled', cron: 'x' })).json(), {
      ...{ plugin, preview: draft.id, interface: 'scheduled', outcome: 'ok', noRetry: false },
    });
    assert.match(((await (await invoke({ interface: 'scheduled', cron: 'y' })).json()) as Problem).detail, /cron y/);
    assert.equal(
      ((await (await invoke({ interface: 'queue', queue: 'q', messages: [{ body: 1 }] })).json()) as Problem).code,
      'no_such_interface',
    );
    assert.equal(((await (await draft.call()).json()) as Problem).code, 'no_such_interface');
  });

  it('is published as it was seen, and goes on beside that', async () => {
    const plugin = 'demo/preview/published';
    await host.push(plugin, counter('old'));
    const draft = await Preview.make(host, plugin, {
      files: { 'index.ts': counter('new'), 'nbox.json': '{"owner":"team"}' },
      message: 'try',
    });
    const publish = (body: object = {}, headers = {}) => host.admin('POST', `${draft.path}/publish`, body, headers);
    assert.equal((await publish({}, { 'if-match': '"7"' })).status, 412);
    const answer = await publish();
    const published = (await answer.json()) as { release: { number: number; hash: string }; deployment: number };
    assert.deepEqual([answer.status, published.release.number, published.deployment], [201, 2, 2]);
    assert.equal(published.release.hash, draft.made.preview.hash);
    assert.equal(await host.text(`${plugin}/`), '"new 1"');
    assert.equal(await draft.text(), '"new 1"');
    assert.equal((await publish()).status, 200);
    const [last] = ((await (await host.admin('GET', `/v1/plugins/${plugin}/deployments`)).json()) as { deployments: object[] }).deployments;
    assert.deepEqual([(last as { message: string }).message, (last as { cause: string }).cause], ['try', 'push']);
  });

  it('is over when it is deleted: calls that run end well, streams are cut, and no other finds it', async () => {
    const plugin = 'demo/preview/over';
    const source = `export default async (r: Request) => {
      console.log('begun', r.url);
      if (!r.url.endsWith('/stream')) await new Promise((ok) => setTimeout(ok, 300));
      if (r.url.endsWith('/slow')) return 'done';
      return new Response(new ReadableStream({
        async pull(c) { c.enqueue(new TextEncoder().encode('x')); await new Promise((ok) => setTimeout(ok, 5)); },
      }));
    };`;
    const draft = await Preview.make(host, plugin, { source, manifest: { limits: { deadlineMs: 10_000, streamMs: 600_000 } } });
    const reader = ((await draft.call('stream')).body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const slow = draft.text('slow');
    // Begins to stream when the preview is over.
    const late = draft.call('late');
    const begun = (path: string) => host.lines.some(({ preview, msg }) => preview === draft.id && String(msg).endsWith(path));
    await until(() => begun('slow') && begun('late'));
    const other = `/v1/plugins/demo/preview/beside/previews/${draft.id}`;
    for (const [method, at] of [
      ['GET', other],
      ['DELETE', other],
      ['POST', `${other}/publish`],
    ] as const) {
      assert.equal((await host.admin(method, at, method === 'POST' ? {} : undefined)).status, 404, `${method} ${at}`);
    }
    assert.equal((await host.admin('DELETE', draft.path)).status, 204);
    assert.equal(await slow, '"done"');
    assert.deepEqual([(await late).status, ((await (await late).json()) as Problem).code], [404, 'no_such_preview']);
    await assert.rejects(async () => {
      while (!(await reader.read()).done);
    });
    assert.equal((await draft.call()).status, 404);
    for (const method of ['GET', 'DELETE']) assert.equal((await host.admin(method, draft.path)).status, 404);
    assert.equal((await host.admin('POST', `${draft.path}/invocations`, { interface: 'scheduled' })).status, 404);
  });

  it('is over when its plugin is removed', async () => {
    const plugin = 'demo/preview/removed';
    await host.push(plugin, counter('live'));
    const draft = await Preview.make(host, plugin, counter('draft'));
    assert.equal(await draft.text(), '"draft 1"');
    assert.equal((await host.admin('DELETE', `/v1/plugins/${plugin}`)).status, 204);
    assert.equal((await draft.call()).status, 404);
  });

  it('of one plugin there are five: with a sixth, the oldest is over', async () => {
    const plugin = 'demo/preview/many';
    const drafts: Preview[] = [];
    for (let i = 0; i < 6; i += 1) drafts.push(await Preview.make(host, plugin, counter(`n${i}`)));
    const statuses = await Promise.all(drafts.map(async (one) => (await one.call()).status));
    assert.deepEqual(statuses, [404, 200, 200, 200, 200, 200]);
    const { previews } = (await (await host.admin('GET', `/v1/plugins/${plugin}/previews`)).json()) as { previews: { id: string }[] };
    assert.deepEqual(
      previews.map(({ id }) => id),
      drafts
        .slice(1)
        .map(({ id }) => id)
        .reverse(),
    );
  });

  it('posted by the hundred, most are turned away, and a push goes through', async () => {
    const plugin = 'demo/preview/flood';
    const flood = Array.from({ length: 100 }, (_, i) => host.admin('POST', `/v1/plugins/${plugin}/previews`, { source: counter(`f${i}`) }));
    await host.push('demo/preview/pushed', counter('pushed'));
    assert.equal(await host.text('demo/preview/pushed/'), '"pushed 1"');
    const codes = new Map<number, number>();
    for (const answer of await Promise.all(flood)) {
      codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
      await answer.arrayBuffer();
    }
    assert.deepEqual([...codes.keys()].sort(), [201, 503]);
    assert.ok((codes.get(201) as number) >= 16, JSON.stringify([...codes]));
  });
});

describe('previews where they are off', () => {
  it('are refused, and their addresses lead nowhere', async () => {
    const host = await RunningHost.start(['--previews', '0']);
    try {
      const answer = await host.admin('POST', '/v1/plugins/a/b/c/previews', { source: 'export default 1' });
      assert.deepEqual([answer.status, ((await answer.json()) as Problem).code], [403, 'previews_off']);
      assert.equal((await host.call(`~preview/${'0'.repeat(20)}/`)).status, 404);
    } finally {
      await host.close();
    }
  });
});
