/** A lane's executors, for real, with a store that answers when it is told to. */

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { type Call, CallSignal, type Reply } from '../../../host/dispatch/dispatch.ts';
import { Pool } from '../../../host/pool/pool.ts';
import { type Image, LiveRelease, type Release } from '../../../host/release/release.ts';
import { Builder } from '../../../loader/builder/builder.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { leanEngine, readEngine } from '../../../loader/sandbox/wasm-module.ts';
import { quietLog, TempDir } from '../doubles.ts';

/** Takes some 20 ms of CPU: costly. */
const source = `export default (): Response => {
  const until = performance.now() + 20;
  let sum = 0;
  while (performance.now() < until) sum += 1;
  return new Response(String(sum > 0));
};
`;

describe('Pool', () => {
  const dir = new TempDir();
  let pool: Pool;
  let live: LiveRelease;
  let image: Image;
  /** Of each time that an image is asked for. */
  const asked: PromiseWithResolvers<Image>[] = [];

  before(async () => {
    await using builder = await Builder.start({ librariesDir: dir.path });
    const executor = await builder.executor();
    const manifest = parseManifest(undefined, ['index.ts']);
    const { code } = await builder.build({ plugin: 'a/b/c', files: new Map([[manifest.entry, source]]), manifest, typecheck: 'strict' });
    image = { kind: 'code', code, keep: false };
    live = new LiveRelease({ plugin: 'a/b/c', number: 1, manifest } as unknown as Release, ['fetch'], 1, () => {});
    pool = new Pool({
      ...{ executors: { first: 2, least: 2, most: 2 }, quarantineExecutors: 1, log: quietLog },
      start: {
        program: dir.write('executor.mjs', executor.program),
        ...{ engine: leanEngine(await readEngine()), modules: executor.prelude },
        eviction: { afterMs: 60_000, aboveBytes: 2 ** 30 },
      },
      imageOf: () => {
        const one = Promise.withResolvers<Image>();
        asked.push(one);
        return one.promise;
      },
      onSnapshot() {},
      onLog() {},
    });
    await pool.started();
  });
  after(async () => {
    await pool.close();
    dir[Symbol.dispose]();
  });

  const call = (): Promise<Reply> => {
    live.lease();
    const one: Call = {
      ...{ live, interface: 'fetch', head: 'GET\nhttp://x/', body: undefined, idempotent: true },
      ...{ admittedAt: performance.now(), signal: new CallSignal() },
    };
    return pool.dispatch(one).finally(() => live.giveBack());
  };

  it('calls go on in the executor that has the release while it is brought to another', async () => {
    const first = call();
    while (asked.length === 0) await wait(1);
    asked[0]?.resolve(image);
    assert.match((await first).head, /^200/);
    // Until it is known to be costly, and one comes while another runs.
    const replies: Promise<Reply>[] = [];
    while (asked.length === 1) {
      replies.push(call());
      await wait(1);
    }
    assert.equal((await Promise.all(replies)).length, replies.length);
    assert.match((await call()).head, /^200/);
    assert.equal(asked.length, 2, 'one copy is brought at a time');
    asked[1]?.resolve(image);
  });
});
