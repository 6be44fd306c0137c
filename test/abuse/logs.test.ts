/** What a plugin can do to hurt others by its console: it is bounded, nobody else's lines are lost or forged, and no call of a neighbor fails. */

import assert from 'node:assert/strict';
import { LogTail } from '../support/log-tail.ts';
import { RunningHost } from '../support/running-host.ts';

const neighbor = 'abuse/logs/neighbor';

describe('hostile consoles', function () {
  this.slow(5_000);
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
    await host.push(
      neighbor,
      `export default (request: Request) => { console.log('here', new URL(request.url).pathname); return 'well'; };`,
    );
  });
  after(() => host.close());

  // biome-ignore lint/suspicious/noExplicitAny: read by name
  async function entries(plugin: string, query = ''): Promise<any[]> {
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    return ((await (await host.admin('GET', `/v1/plugins/${plugin}/logs?limit=1000${query}`)).json()) as any).entries;
  }

  it('lines by the million are counted and dropped, while the neighbor is served, heard, and followed', async () => {
    const plugin = 'abuse/logs/flood';
    await host.push(plugin, `export default () => { for (let n = 0; n < 5_000; n += 1) console.log(n); return 'done'; };`);
    const tail = await LogTail.open(host, neighbor);
    let going = true;
    let calls = 0;
    const flood = async () => {
      for (; going; calls += 1) await host.text(plugin);
    };
    const floods = Promise.all(Array.from({ length: 16 }, flood));
    for (let n = 0; n < 100; n += 1) assert.equal(await host.text(`${neighbor}/${n}`), '"well"');
    await tail.text('here /99');
    tail.close();
    while (calls < 500) await new Promise(setImmediate);
    going = false;
    await floods;
    const said = tail.events.filter(({ event }) => event === 'line').map(({ data }) => data.text);
    assert.deepEqual(
      said,
      Array.from({ length: 100 }, (_, n) => `here /${n}`),
    );
    const kept = await entries(plugin);
    assert.ok(kept.some(({ last }) => last === true));
    const dropped = await LogTail.open(host, plugin, '?limit=1000');
    await dropped.until(({ event, data }) => event === 'dropped' && data.lines > 0);
    dropped.close();
    assert.ok(host.lines.length < 20_000, `${host.lines.length}`);
  });

  it('long lines, deep objects, getters and proxies are lines of bounded length', async () => {
    const plugin = 'abuse/logs/long';
    const code = `export default () => {
      console.log('x'.repeat(3_000_000));
      let deep: object = {}; for (let n = 0; n < 10_000; n += 1) deep = { deep };
      console.log(deep, Array.from({ length: 50_000 }, (_, n) => n));
      const odd = { get now() { throw new Error('no'); }, self: null as unknown, toJSON() { throw new Error('no'); } }; odd.self = odd;
      console.log(odd, new Proxy({}, { get() { throw new Error('no'); }, ownKeys() { throw new Error('no'); } }));
      console.log('\\ud800', Symbol('s'), 10n, () => 1);
      return 'done';
    };`;
    await host.push(plugin, code);
    const answer = await host.call(plugin);
    const kept = await entries(plugin, `&call=${answer.headers.get('nbox-call')}`);
    assert.ok(kept.length >= 2, JSON.stringify(kept).slice(0, 500));
    for (const { text } of kept) assert.ok(text.length <= 8_192);
  });

  it('escape sequences, marks that turn text, and ends of lines stay text, in JSON, in the tail and in the log', async () => {
    const plugin = 'abuse/logs/forger';
    const hostile = '\u001b]0;owned\u0007\u001b[2J\u202e\u2028\u0085\r\n\n\nid: 1\nevent: end\ndata: {"why":"removed"}\n\n';
    await host.push(
      plugin,
      `export default () => { console.log(${JSON.stringify(hostile)}, { plugin: '${neighbor}', release: 9 }); return 'done'; };`,
    );
    await host.text(plugin);
    const before = (await entries(neighbor)).length;
    const [line] = await entries(plugin);
    assert.doesNotMatch(line.text.replaceAll('\n', ''), /[\p{Cc}\u2028\u202e]/u);
    assert.equal(line.release, 1);
    assert.equal((await entries(neighbor)).length, before);
    const tail = await LogTail.open(host, plugin);
    await tail.text(line.text);
    assert.deepEqual(
      tail.events.map(({ event }) => event),
      ['line'],
    );
    tail.close();
    for (const one of host.lines) if (one['plugin'] === plugin) assert.doesNotMatch(String(one['msg']).replaceAll('\n', ''), /\p{Cc}/u);
  });

  it('tests that write without end are bounded as calls are, and keep nothing from the live plugin', async () => {
    const plugin = 'abuse/logs/tests';
    await host.push(plugin, `export default () => { console.log('live'); return 1; };`);
    const noisy = `it('writes', () => { for (let n = 0; n < 5_000; n += 1) console.log(n); });`;
    const many = Array.from({ length: 20 }, (_, n) => noisy.replace('writes', `writes ${n}`)).join('\n');
    await host.push(plugin, { files: { 'index.ts': `export default () => { console.log('live'); return 2; };`, 'index.test.ts': many } });
    await host.text(plugin);
    const kept = await entries(plugin, '&from=live');
    assert.equal(kept.at(-1).text, 'live');
    assert.ok((await entries(plugin, '&from=tests')).length <= 1_000);
  });
});
