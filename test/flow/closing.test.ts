/** A host that is told to stop while releases are tried, handed over, rolled out and previewed: it ends, and nothing is left open. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningHost } from '../support/running-host.ts';

const hot = (text: string) => `
let calls: number = import.meta.hot?.data.calls ?? 0;
import.meta.hot?.dispose((data) => { data.calls = calls; });
export default () => ({ text: ${JSON.stringify(text)}, calls: ++calls });
`;
const tested = (text: string) => ({
  'index.ts': `export const text = ${JSON.stringify(text)}; export default () => text;`,
  'index.test.ts': `it('waits', async () => { await new Promise((resolve) => setTimeout(resolve, 200)); });
    it('waits on', async () => { await new Promise((resolve) => setTimeout(resolve, 200)); });`,
});

describe('stopping', () => {
  let data: string;
  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-closing-'));
  });
  after(() => rm(data, { recursive: true, force: true }));

  it('in the midst of everything, and starting again', async () => {
    const host = await RunningHost.start(['--drain-ms', '300'], data);
    const before = await Promise.all(['hot', 'rolled'].map((name) => host.put(`closing/all/${name}`, hot('before'))));
    assert.deepEqual(
      before.map(({ ok }) => ok),
      [true, true],
    );
    await host.call('closing/all/hot');
    const { release } = (await (await host.put('closing/all/rolled', hot('next'), '?percentage=0')).json()) as {
      release: { number: number };
    };
    const path = '/v1/plugins/closing/all';
    const asked = [
      host.put('closing/all/hot', hot('after')),
      host.put('closing/all/tested', { files: tested('pushed') }),
      host.admin('POST', `${path}/tested/tests`, { files: tested('only tested') }),
      host.admin('POST', `${path}/tested/previews`, { files: tested('a draft') }),
      host.admin('POST', `${path}/rolled/rollout`, { release: release.number, steps: [50, 100], holdSeconds: 0, samples: 10 }),
      ...Array.from({ length: 20 }, (_, i) => host.call(i % 2 === 0 ? 'closing/all/hot' : 'closing/all/rolled')),
    ].map((one) =>
      one
        .then((answer) => answer.arrayBuffer())
        .then(
          () => 'answered',
          () => 'cut',
        ),
    );
    // The others are wherever they are by then.
    await Promise.race(asked);
    await host.close();
    assert.equal((await Promise.all(asked)).length, 25);

    const again = await RunningHost.start([], data);
    try {
      for (const name of ['hot', 'rolled']) assert.equal((await again.call(`closing/all/${name}`)).status, 200);
    } finally {
      await again.close();
    }
  });
});
