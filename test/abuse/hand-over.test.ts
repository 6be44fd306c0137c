/** What a plugin can do to hurt others when its state is asked for or given: the push fails, and nobody else's call does. */

import assert from 'node:assert/strict';
import { endless } from '../support/endless.ts';
import { type Problem, RunningHost } from '../support/running-host.ts';

const neighbor = 'abuse/neighbor/good';

/** By what they do: what stands in the callback, and what the problem says. */
const callbacks: Readonly<Record<string, [does: string, says: RegExp]>> = {
  'loops for ever': ['for (;;);', /used more CPU than 250 ms|its loopBudget/],
  'loops for ever and catches': ['for (;;) { try { for (;;); } catch {} }', /used more CPU than 250 ms|its loopBudget/],
  'floods the memory': ['const all: unknown[] = []; for (;;) all.push(new Uint8Array(1_000_000));', /more memory than 64 MiB/],
  'floods the jobs': ['const f = (): void => { Promise.resolve().then(f); }; f();', /used more CPU than 250 ms|its loopBudget/],
  'recurses for ever': ['const f = (): number => 1 + f(); f();', /stack overflow|used more CPU/],
  'gives an object that is larger than the world': [
    'let o: unknown = []; for (let i = 0; i < 64; i += 1) o = [o, o]; data.o = o;',
    /262144 bytes|used more CPU/,
  ],
  'gives a proxy that never ends': ['data.p = new Proxy({}, { ownKeys() { for (;;); } });', /used more CPU than 250 ms|its loopBudget/],
  'hangs natively': [endless, /did not come back; their executor was killed/],
};

const modules: Readonly<Record<string, [does: string, says: RegExp]>> = {
  'loop for ever': ['for (;;);', /took longer than 1000 ms|its loopBudget/],
  'hang natively': [endless, /did not come back; its executor was killed/],
};

describe('hostile hand-overs', function () {
  this.slow(5_000);
  let host: RunningHost;
  let going = true;
  let calls: Promise<number>;
  before(async () => {
    host = await RunningHost.start();
    await host.push(neighbor, 'export default () => 1;');
    calls = (async () => {
      let count = 0;
      for (; going; count += 1) {
        const answer = await host.call(`${neighbor}/`);
        assert.equal(answer.status, 200, await answer.text());
      }
      return count;
    })();
    calls.catch(() => {});
  });
  after(() => host.close());

  const source = (version: number, does = '', top = '') => `let count: number = import.meta.hot?.data.count ?? 0;
    import.meta.hot?.dispose((data) => { data.count = count; ${does} });
    ${top}
    export default () => [${version}, ++count];`;

  async function refusal(plugin: string, push: string): Promise<string> {
    const answer = await host.put(plugin, push);
    const problem = (await answer.json()) as Problem;
    assert.deepEqual([answer.status, problem.code], [422, 'handover_failed'], JSON.stringify(problem));
    return problem.detail;
  }

  for (const [i, [what, [does, says]]] of Object.entries(callbacks).entries()) {
    it(`a callback that ${what}`, async () => {
      const plugin = `abuse/hand-over/callback-${i}`;
      await host.push(plugin, source(1, does));
      assert.equal(await host.text(`${plugin}/`), '[1,1]');
      assert.match(await refusal(plugin, source(2)), says);
      assert.match(await host.text(`${plugin}/`), /^\[1,\d\]$/);
      assert.equal((await host.put(plugin, source(2), '?handover=skip')).status, 201);
      assert.equal(await host.text(`${plugin}/`), '[2,1]');
    });
  }

  for (const [i, [what, [does, says]]] of Object.entries(modules).entries()) {
    it(`modules that ${what} with what they are given`, async () => {
      const plugin = `abuse/hand-over/modules-${i}`;
      await host.push(plugin, source(1));
      assert.equal(await host.text(`${plugin}/`), '[1,1]');
      assert.match(await refusal(plugin, source(2, '', `if (count > 0) { ${does} }`)), says);
      assert.match(await host.text(`${plugin}/`), /^\[1,\d\]$/);
      assert.equal((await host.put(plugin, source(3))).status, 201);
      assert.match(await host.text(`${plugin}/`), /^\[3,\d\]$/);
    });
  }

  it('the neighbor has noticed nothing', async () => {
    going = false;
    assert.ok((await calls) > 0);
  });
});
