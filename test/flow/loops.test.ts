/** Plugins that call each other in a circle, through hosts that know nothing of each other. */

import assert from 'node:assert/strict';
import { mostHops } from '../../host/dispatch/hops.ts';
import { type Problem, RunningHost, token } from '../support/running-host.ts';

describe('loops of plugins', () => {
  let one: RunningHost;
  let other: RunningHost;
  before(async () => {
    one = await RunningHost.start(['--egress-allow', '127.0.0.1']);
    other = await RunningHost.start(['--egress-allow', '127.0.0.1']);
  });
  after(async () => {
    await one.close();
    await other.close();
  });

  const manifestTo = (...hosts: RunningHost[]) => ({
    egress: hosts.flatMap(({ host }) => [`127.0.0.1:${host.traffic.port}`, `127.0.0.1:${host.admin.port}`]),
    limits: { deadlineMs: 20_000 },
  });

  /** Two plugins of which each calls the other by what `send` says, and counts how often it ran. */
  async function circle(name: string, send: string): Promise<string> {
    const source = (next: string) => `
      const send = ${send};
      export default async (request: Request) => {
        console.log('ran ${name}');
        const answer = await send(request, '${next}');
        return new Response(await answer.text(), { status: answer.status });
      };`;
    await one.push(`demo/loop/${name}`, { source: source(`${other.traffic}/demo/loop/${name}`), manifest: manifestTo(other) });
    await other.push(`demo/loop/${name}`, { source: source(`${one.traffic}/demo/loop/${name}`), manifest: manifestTo(one) });
    return `demo/loop/${name}`;
  }

  const ran = (name: string) => [one, other].reduce((sum, { lines }) => sum + lines.filter(({ msg }) => msg === `ran ${name}`).length, 0);

  for (const [name, send] of Object.entries({
    plain: '(_request: Request, next: string) => fetch(next)',
    proxy: '(request: Request, next: string) => fetch(next, request)',
    hiding: `(_request: Request, next: string) => fetch(next, { headers: { connection: 'cdn-loop', 'cdn-loop': '' } })`,
    forging: `(_request: Request, next: string) => fetch(next, { headers: [['CDN-Loop', 'x="'], ['cdn-loop', 'nbox; x'], ['cdn-loop', 'other']] })`,
  })) {
    it(`are cut after ${mostHops} calls where the plugins are ${name}`, async () => {
      const path = await circle(name, send);
      const problem = (await (await one.call(path)).json()) as Problem;
      assert.deepEqual([problem.status, problem.code], [508, 'loop_detected']);
      assert.equal(ran(name), mostHops);
    });
  }

  it('are cut where the admin API is a part of the circle', async () => {
    const source = `
      export default {
        async method(next: string, _env: unknown, _ctx: unknown) { return await (await fetch(next)).text(); },
        async fetch(_request: Request) {
          console.log('ran admin');
          const answer = await fetch('${other.adminUrl}/v1/plugins/demo/loop/admin/invocations', {
            method: 'POST',
            headers: { authorization: 'Bearer ${token}', 'content-type': 'application/json' },
            body: JSON.stringify({ interface: 'rpc', method: 'method', args: ['${one.traffic}/demo/loop/admin'] }),
          });
          return new Response(await answer.text());
        },
      };`;
    await one.push('demo/loop/admin', { source, manifest: manifestTo(other) });
    await other.push('demo/loop/admin', { source, manifest: manifestTo(one) });
    assert.match(await one.text('demo/loop/admin'), /loop_detected/);
    assert.equal(ran('admin'), mostHops / 2);
  });

  it('are no matter for those who pass a few hosts: the plugin sees the header, others’ members go on', async () => {
    const seen = `export default (request: Request) => request.headers.get('cdn-loop');`;
    await other.push('demo/loop/end', { source: seen });
    const source = `export default async () => (await fetch('${other.traffic}/demo/loop/end')).json();`;
    await one.push('demo/loop/start', { source, manifest: manifestTo(other) });
    // With the mark of the plugin that calls, which only the host knows that made it.
    assert.match(await one.text('demo/loop/start'), /^"nbox;by=[\w-]+"$/);
    const through = await one.text('demo/loop/start', { headers: { 'cdn-loop': 'edge; loops=1, nbox' } });
    assert.match(through, /^"edge; loops=1, nbox, nbox;by=[\w-]+"$/);
    const most = Array(mostHops).fill('nbox').join();
    assert.equal((await one.problem('demo/loop/start', { headers: { 'cdn-loop': most } })).code, 'loop_detected');
  });
});
