/** What callers read of a plugin's failure: nothing of its insides, unless they have the admin token. */

import assert from 'node:assert/strict';
import { type Problem, RunningHost, token } from '../support/running-host.ts';

const source = `function secret(): never { throw new RangeError('hunter2 in /etc/shadow'); }
export default {
  async fetch(request: Request) {
    switch (new URL(request.url).pathname) {
      case '/throw': return secret();
      case '/loop': for (;;);
      case '/head': return new Response('x', { headers: { 'x-a': '1' } });
      case '/headers': return Response.json([...request.headers]);
      case '/fetch': {
        const headers = new Headers(request.headers);
        return fetch(headers.get('x-to') as string, { headers });
      }
      case '/large': return 'x'.repeat(2_000);
    }
    console.log([...request.headers].join());
    return 'fine';
  },
};
`;

describe('errors of plugins', () => {
  let host: RunningHost;
  let other: RunningHost;
  const plugin = 'demo/details/one';
  before(async () => {
    host = await RunningHost.start(['--expose-errors', 'false', '--egress-allow', '127.0.0.1']);
    other = await RunningHost.start();
    await other.push(plugin, source);
    const egress = [`127.0.0.1:${other.host.traffic.port}`];
    await host.push(plugin, { source, manifest: { egress, limits: { loopBudget: 10_000, responseBytes: 1_000 } } });
  });
  after(async () => {
    await host.close();
    await other.close();
  });

  const withToken = { 'nbox-details': token };

  it('are a code and words of the host’s to callers', async () => {
    const thrown = await host.problem(`${plugin}/throw`);
    assert.deepEqual([thrown.code, thrown.detail, thrown.position], ['plugin_error', "The plugin's error is in the host's log", undefined]);
    assert.doesNotMatch(JSON.stringify(thrown), /hunter2|shadow|index\.ts|RangeError/);
    const looped = await host.problem(`${plugin}/loop`);
    assert.deepEqual([looped.code, looped.position], ['loop_budget_exceeded', undefined]);
    const large = await host.problem(`${plugin}/large`);
    assert.deepEqual([large.code, large.position], ['response_too_large', undefined]);
  });

  it('are told with their place to whoever has the token', async () => {
    const thrown = await host.problem(`${plugin}/throw`, { headers: withToken });
    assert.deepEqual([thrown.status, thrown.code], [502, 'plugin_error']);
    assert.match(thrown.detail, /RangeError: hunter2 in \/etc\/shadow/);
    assert.deepEqual(thrown.position, { file: 'index.ts', line: 1, column: thrown.position?.column });
    const looped = await host.problem(`${plugin}/loop`, { headers: withToken });
    assert.deepEqual([looped.code, looped.position?.file, looped.position?.line], ['loop_budget_exceeded', 'index.ts', 6]);
    for (let i = 0; i < 20; i += 1) {
      assert.ok((await host.problem(`${plugin}/loop`, { headers: withToken })).position);
      // It is not to be refused for it.
      await host.admin('DELETE', `/v1/plugins/${plugin}/breaker`);
    }
  });

  it('the token is neither seen by the plugin, nor passed on, nor logged', async () => {
    assert.equal(await host.text(plugin, { headers: withToken }), '"fine"');
    const seen = await host.text(`${plugin}/headers`, { headers: { ...withToken, 'x-b': '1' } });
    assert.match(seen, /x-b/);
    assert.doesNotMatch(seen, /nbox-details/);
    // A plugin that hands its request's headers on: the next host would give details away if it got the token.
    const next = await host.call(`${plugin}/fetch`, { headers: { ...withToken, 'x-to': `${other.traffic}/${plugin}/headers` } });
    assert.doesNotMatch(await next.text(), /nbox-details/);
    for (const path of ['throw', 'loop', 'nowhere']) await host.text(`${plugin}/${path}`, { headers: withToken });
    await host.text('no/such/plugin', { headers: withToken });
    assert.ok(host.lines.length > 0);
    assert.ok(!JSON.stringify(host.lines).includes(token));
  });

  it('a wrong token is refused before the plugin runs, and after ten of them even the right one', async () => {
    const ran = async () => ((await (await host.admin('GET', `/v1/plugins/${plugin}/usage`)).json()) as { calls: number }).calls;
    const before = await ran();
    for (let i = 0; i < 10; i += 1) {
      const problem = await host.problem(`${plugin}/throw`, { headers: { 'nbox-details': `${token}x` } });
      assert.deepEqual([problem.status, problem.code], [403, 'details_refused']);
    }
    const answer = await host.call(`${plugin}/throw`, { headers: withToken });
    assert.deepEqual([answer.status, ((await answer.json()) as Problem).code], [429, 'too_many_guesses']);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1);
    assert.equal(await ran(), before);
    assert.equal((await host.problem(`${plugin}/throw`)).code, 'plugin_error');
    // The admin API is not the traffic port's to shut.
    assert.equal((await host.admin('GET', '/v1/plugins')).status, 200);
  });
});
