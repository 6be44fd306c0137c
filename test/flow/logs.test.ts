/** What plugins write to their consoles, from the call to whoever reads it. */

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TempDir } from '../host/doubles.ts';
import { LogTail } from '../support/log-tail.ts';
import { RunningHost } from '../support/running-host.ts';

const plugin = 'demo/logs/talker';

describe('logs', function () {
  this.slow(2_000);
  let host: RunningHost;
  let temp: TempDir;
  let file: string;
  before(async () => {
    temp = new TempDir();
    file = join(temp.path, 'plugins.log');
    host = await RunningHost.start(['--log-file', file]);
  });
  after(async () => {
    await host.close();
    temp[Symbol.dispose]();
  });

  const source = (version: number) => `
    export default {
      async fetch(request: Request, _env: unknown, ctx: { waitUntil(promise: Promise<unknown>): void }) {
        const { pathname, search } = new URL(request.url);
        if (pathname === '/fail') { console.error('before the failure'); throw new Error('no'); }
        if (pathname === '/hang') { console.warn('before it hangs'); for (;;); }
        if (pathname === '/later') ctx.waitUntil(new Promise<void>((resolve) => setTimeout(() => { console.log('later'); resolve(); }, 5)));
        console.log('v${version}', decodeURIComponent(search.slice(1)));
        return new Response('ok');
      },
      async scheduled() { console.debug('tick'); },
    };`;
  const entries = async (query = '', of = plugin) => {
    const answer = await host.admin('GET', `/v1/plugins/${of}/logs${query}`);
    assert.equal(answer.status, 200);
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    return ((await answer.json()) as any).entries;
  };

  it('a reply says its call, and the log what that has said', async () => {
    await host.push(plugin, source(1));
    const answer = await host.call(`${plugin}/?hello`);
    const call = answer.headers.get('nbox-call') as string;
    assert.match(call, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await host.call(`${plugin}/?other`);
    const [line, ...more] = await entries(`?call=${call}`);
    assert.deepEqual(more, []);
    const { sequence: _, at, executor, ...rest } = line;
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000 && executor > 0);
    assert.deepEqual(rest, {
      ...{ kind: 'line', release: 1, preview: null, for: null, interface: 'fetch', call, level: 'info', text: 'v1 hello' },
      ...{ cut: false, last: false },
    });
    assert.deepEqual(
      (await entries('?contains=v1')).map(({ text }: { text: string }) => text),
      ['v1 hello', 'v1 other'],
    );
  });

  it('calls that fail, that are stopped, and that go on after their replies are found as well', async () => {
    for (const [path, said, level] of [
      ['fail', 'before the failure', 'error'],
      ['hang', 'before it hangs', 'warn'],
    ]) {
      const answer = await host.call(`${plugin}/${path}`);
      assert.equal(answer.ok, false);
      const [line] = await entries(`?call=${answer.headers.get('nbox-call')}`);
      assert.deepEqual([line.text, line.level], [said, level]);
    }
    const tail = await LogTail.open(host, plugin, '?limit=0');
    const call = (await host.call(`${plugin}/later`)).headers.get('nbox-call');
    assert.equal((await tail.text('later')).data.call, call);
    tail.close();
  });

  it('calls by hand have an id, too', async () => {
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/invocations`, { interface: 'scheduled' });
    const [line] = await entries(`?call=${answer.headers.get('nbox-call')}`);
    assert.deepEqual([line.text, line.level, line.interface], ['tick', 'debug', 'scheduled']);
    assert.deepEqual(await entries(`?call=${line.call}&level=info`), []);
  });

  it('a plugin cannot say which call it was', async () => {
    const forger = 'demo/logs/forger';
    await host.push(forger, `export default () => new Response('x', { headers: { 'nbox-call': 'forged' } });`);
    assert.match((await host.call(forger)).headers.get('nbox-call') as string, /^[0-9a-f-]{36}$/);
  });

  it('a tail goes on across a push, and is resumed without a loss', async () => {
    const tail = await LogTail.open(host, plugin, '?limit=0&from=live');
    await host.text(`${plugin}/?one`);
    await tail.text('v1 one');
    await host.push(plugin, source(2));
    await host.text(`${plugin}/?two`);
    await tail.text('v2 two');
    tail.close();
    assert.deepEqual(
      tail.events.map(({ event, data }) => [event, data.release, data.text]),
      [
        ['line', 1, 'v1 one'],
        ['line', 2, 'v2 two'],
      ],
    );
    await host.text(`${plugin}/?three`);
    const resumed = await LogTail.open(host, plugin, '', tail.lastId);
    await host.text(`${plugin}/?four`);
    await resumed.text('v2 four');
    resumed.close();
    assert.deepEqual(
      resumed.events.map(({ data }) => data.text),
      ['v2 three', 'v2 four'],
    );
    const ofOne = await LogTail.open(host, plugin, '?release=1&level=info&limit=1000');
    await ofOne.text('v1 one');
    assert.ok(ofOne.events.every(({ data }) => data.release === 1 && data.level !== 'debug'));
    ofOne.close();
  });

  it('previews and tests have lines of their own', async () => {
    const answer = await host.admin('POST', `/v1/plugins/${plugin}/previews`, { source: source(9) });
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    const { preview } = (await answer.json()) as any;
    const visit = await host.call(`~preview/${preview.id}/?draft`, { headers: { 'nbox-preview-token': preview.token } });
    const [line] = await entries(`?preview=${preview.id}&from=previews`);
    assert.deepEqual([line.text, line.preview, line.release, line.call], ['v9 draft', preview.id, null, visit.headers.get('nbox-call')]);

    const failing = 'demo/logs/untried';
    const refused = await host.put(failing, {
      files: {
        'index.ts': 'export default () => 1;',
        'index.test.ts': `it('fails', () => { console.log('in the test'); throw new Error('no'); });`,
      },
    });
    assert.equal(refused.status, 422, await refused.text());
    const [tried] = await entries('', failing);
    assert.deepEqual([tried.text, tried.for, tried.release], ['in the test', 'tests', null]);
  });

  it('the file has them as well', async () => {
    const wanted = 'to be found in the file';
    await host.text(`${plugin}/?${encodeURIComponent(wanted)}`);
    while (!readFileSync(file, 'utf8').includes(wanted)) await new Promise((resolve) => setTimeout(resolve, 5));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const last = JSON.parse(lines.at(-1) as string);
    assert.deepEqual([last.plugin, last.release, last.text], [plugin, 2, `v2 ${wanted}`]);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('a removed plugin ends its tails, and leaves no log', async () => {
    const gone = 'demo/logs/gone';
    await host.push(gone, source(1));
    const tail = await LogTail.open(host, gone);
    await host.text(`${gone}/?bye`);
    assert.equal((await host.admin('DELETE', `/v1/plugins/${gone}`)).status, 204);
    await tail.until(({ event, data }) => event === 'end' && data.why === 'removed');
    assert.ok(tail.events.some(({ data }) => data.text === 'v1 bye'));
    assert.equal((await host.admin('GET', `/v1/plugins/${gone}/logs`)).status, 404);
    await host.push(gone, source(1));
    assert.deepEqual(await entries('', gone), []);
  });

  it('a host that stops ends its tails, and does not wait for them', async () => {
    const other = await RunningHost.start(['--drain-ms', '60000']);
    await other.push(plugin, source(1));
    const tail = await LogTail.open(other, plugin);
    const closed = other.close();
    await tail.until(({ event, data }) => event === 'end' && data.why === 'stopping');
    await closed;
  });
});
