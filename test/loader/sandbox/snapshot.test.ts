import assert from 'node:assert/strict';
import { Engine } from '../../../loader/sandbox/engine.ts';
import { restoreSnapshot, takeSnapshot } from '../../../loader/sandbox/snapshot.ts';

describe('a snapshot', () => {
  it('restored into a bare engine goes on with closures, maps, private fields and pending promises', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    const next = engine.evaluateScript(
      `(() => {
        class Counter { #n = 40; next() { return ++this.#n; } }
        const counter = new Counter();
        const seen = new Map([['kept', 'yes']]);
        let woken = 'not yet';
        let wake;
        new Promise((resolve) => { wake = resolve }).then(() => { woken = 'woken' });
        return () => { wake(); return counter.next() + ' ' + seen.get('kept') + ' ' + woken; };
      })()`,
      'test.js',
    );
    const snapshot = await takeSnapshot(engine, { next });

    const answers: string[][] = [];
    for (let copy = 0; copy < 2; copy += 1) {
      const bare = await Engine.instantiate(32);
      restoreSnapshot(bare, snapshot);
      const call = () => bare.text(bare.call(snapshot.entries['next'] as number, []));
      const first = call();
      while (bare.hasJobs) bare.free(bare.runJobs(10));
      answers.push([first, call()]);
    }
    // Each copy starts from the snapshot, not from where the other went.
    assert.deepEqual(answers, [
      ['41 yes not yet', '42 yes woken'],
      ['41 yes not yet', '42 yes woken'],
    ]);
  });

  it('calls the host functions of the engine that it is restored into', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    engine.provide([(one) => one.newString('first host')], undefined);
    const ask = engine.newHostFunction('ask', 0, 0);
    const snapshot = await takeSnapshot(engine, { ask });
    const bare = await Engine.instantiate(32);
    bare.provide([(one) => one.newString('second host')], undefined);
    restoreSnapshot(bare, snapshot);
    assert.equal(bare.text(bare.call(snapshot.entries['ask'] as number, [])), 'second host');
  });

  it('holds only the pages that are in use', async () => {
    const engine = await Engine.instantiate(32);
    engine.start();
    const snapshot = await takeSnapshot(engine, {});
    assert.ok(snapshot.bytes.byteLength < 1_048_576, `${snapshot.bytes.byteLength} bytes`);
  });
});
