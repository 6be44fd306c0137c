/**
 * Plugins in the syntax of Workers, as their public examples document it: each in `test/workers/` is pushed as it is to one
 * host, where all of them run together, and must answer exactly what its checks say.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { RunningHost } from '../support/running-host.ts';
import type { Check, Reply } from '../workers/check.ts';
import { Origin } from '../workers/origin.ts';

const folder = join(import.meta.dirname, '../workers');
const names = globSync('*/checks.ts', { cwd: folder }).map(dirname).sort();
const checksOf = new Map<string, readonly Check[]>();
for (const name of names) checksOf.set(name, ((await import(join(folder, name, 'checks.ts'))) as { default: readonly Check[] }).default);

/** Long enough for a machine that is busy with other things: these tests are of what plugins do, not of how fast. */
const limits = { deadlineMs: 30_000, cpuMs: 5_000 };

describe('examples of Workers', () => {
  let host: RunningHost;
  let origin: Origin;

  before(async () => {
    // One executor: some of the examples count in memory.
    [host, origin] = await Promise.all([RunningHost.start(['--executors', '1', '--egress-allow', '127.0.0.1']), Origin.start()]);
  });
  after(async () => {
    await host.close();
    await origin.close();
  });

  const placed = (text: string) => text.replaceAll('ORIGIN', `http://${origin.host}`);

  async function push(name: string): Promise<void> {
    const files: Record<string, string> = {};
    for (const file of globSync('*', { cwd: join(folder, name) })) {
      if (basename(file) === 'checks.ts') continue;
      files[file] = readFileSync(join(folder, name, file), 'utf8');
    }
    if (files['origins.json'] !== undefined) files['origins.json'] = JSON.stringify({ origin: `http://${origin.host}` });
    await host.push(`workers/examples/${name}`, { files, manifest: { limits, egress: [origin.host] } });
  }

  /** Not `fetch`, which sets a Host of its own and undoes encodings. */
  async function send(name: string, { method = 'GET', path = '/', headers = {}, body }: Check): Promise<Reply> {
    const { port } = host.host.traffic;
    const sent = request({
      ...{ host: '127.0.0.1', port, method, agent: false, path: `/workers/examples/${name}${placed(path)}` },
      headers: { host: 'plugins.example', ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    });
    sent.end(body);
    const [reply] = (await once(sent, 'response')) as [IncomingMessage];
    const bytes = await buffer(reply);
    const replied = new Headers();
    for (let i = 0; i + 1 < reply.rawHeaders.length; i += 2)
      replied.append(reply.rawHeaders[i] as string, reply.rawHeaders[i + 1] as string);
    return { status: reply.statusCode as number, headers: replied, bytes, text: bytes.toString() };
  }

  async function invoke(name: string, body: object): Promise<Reply> {
    const answer = await host.admin('POST', `/v1/plugins/workers/examples/${name}/invocations`, body);
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString() };
  }

  /** What the origin was asked, once there is as much as was expected: a plugin may go on after its reply. */
  async function asked(expected: readonly string[]): Promise<void> {
    const all = origin.take();
    for (let turn = 0; turn < 1_000 && all.length < expected.length; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      all.push(...origin.take());
    }
    assert.deepEqual(all.sort(), [...expected].sort());
  }

  async function run(name: string, check: Check): Promise<void> {
    origin.take();
    const reply = check.invoke === undefined ? await send(name, check) : await invoke(name, check.invoke);
    assert.equal(reply.status, check.status ?? 200, reply.text.slice(0, 500));
    for (const [header, expected] of Object.entries(check.has ?? {})) {
      const value = reply.headers.get(header);
      if (expected instanceof RegExp) assert.match(value ?? '(none)', expected, header);
      else assert.equal(value, expected === null ? null : placed(expected), header);
    }
    if (check.text instanceof RegExp) assert.match(reply.text, check.text);
    else if (check.text !== undefined) assert.equal(reply.text, placed(check.text));
    if (check.json !== undefined) assert.deepEqual(JSON.parse(reply.text), JSON.parse(placed(JSON.stringify(check.json))));
    await check.holds?.(reply);
    if (check.asked !== undefined) await asked(check.asked);
  }

  it('are many', () => assert.ok(names.length >= 30, String(names.length)));

  for (const [name, checks] of checksOf) {
    describe(name, () => {
      before(() => push(name));
      for (const check of checks) it(check.it, () => run(name, check));
    });
  }
});
