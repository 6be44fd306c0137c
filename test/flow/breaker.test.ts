/** A plugin that goes beyond its limits again and again: slowed, quarantined, refused, tried again; seen and reset over the API. */

import assert from 'node:assert/strict';
import { endless } from '../support/endless.ts';
import { RunningHost } from '../support/running-host.ts';

interface Breaker {
  readonly plugin: string;
  readonly state: string;
  readonly trips: number;
  readonly refusals: number;
}

const source = `export default (r: Request) => {
  if (r.url.endsWith('/spin')) for (;;);
  if (r.url.endsWith('/hang')) ${endless};
  return 'well';
};`;
const manifest = { limits: { cpuMs: 20, deadlineMs: 20_000 } };

describe('a plugin that trips guards again and again', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
    await host.push('break/neighbor/good', 'export default () => "fine"');
  });
  after(() => host.close());

  const breakerOf = async (plugin: string) => (await (await host.admin('GET', `/v1/plugins/${plugin}/breaker`)).json()) as Breaker;
  const codeOf = async (path: string) => {
    const answer = await host.call(path);
    const text = await answer.text();
    return answer.ok ? text : (JSON.parse(text) as { code: string }).code;
  };

  it('is slowed, then runs in an executor of its own, then is refused with Retry-After; its neighbor is well', async () => {
    const plugin = 'break/guilty/spins';
    await host.push(plugin, { source, manifest });
    const states: string[] = [];
    let refused: Response | undefined;
    let apart = false;
    for (let i = 0; i < 60 && refused === undefined; i += 1) {
      const answer = await host.call(`${plugin}/spin`);
      const { code } = (await answer.json()) as { code: string };
      if (code === 'quarantined') refused = answer;
      else assert.equal(code, 'cpu_exceeded');
      const { state } = await breakerOf(plugin);
      if (states.at(-1) !== state) states.push(state);
      apart ||= host.host.lanes.executors().some((one) => one.apart && one.releases === 1);
      assert.equal(await codeOf('break/neighbor/good'), '"fine"');
    }
    assert.deepEqual(states, ['slowed', 'quarantined', 'refused']);
    assert.ok(apart);
    assert.equal(refused?.status, 503);
    assert.ok(Number(refused?.headers.get('retry-after')) >= 1);
    const { breakers } = (await (await host.admin('GET', '/v1/breakers')).json()) as { breakers: Breaker[] };
    assert.deepEqual(
      breakers.map((one) => [one.plugin, one.refusals]),
      [[plugin, 1]],
    );
  });

  it('is tried again after the refusal, and closed by calls that end well', async () => {
    const plugin = 'break/guilty/mends';
    await host.push(plugin, { source, manifest });
    while ((await codeOf(`${plugin}/hang`)) !== 'quarantined');
    while ((await breakerOf(plugin)).state === 'refused');
    assert.deepEqual([await codeOf(plugin), (await breakerOf(plugin)).state], ['"well"', 'probing']);
    assert.deepEqual([await codeOf(plugin), await codeOf(plugin)], ['"well"', '"well"']);
    assert.equal((await breakerOf(plugin)).state, 'closed');
  });

  it('is well at once where its breaker is reset, and where it is pushed anew', async () => {
    const plugin = 'break/guilty/forgiven';
    await host.push(plugin, { source, manifest });
    while ((await codeOf(`${plugin}/hang`)) !== 'quarantined');
    assert.equal((await host.admin('DELETE', `/v1/plugins/${plugin}/breaker`)).status, 204);
    assert.equal(await codeOf(plugin), '"well"');
    assert.equal((await breakerOf(plugin)).state, 'closed');
    while ((await codeOf(`${plugin}/hang`)) !== 'quarantined');
    await host.push(plugin, { source: `${source}\n// mended`, manifest });
    assert.equal(await codeOf(plugin), '"well"');
  });
});
