/** Which executors a new release is loaded into, while they come and go. */

import assert from 'node:assert/strict';
import type { ToExecutor } from '../../../host/executor/wire.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Handed } from '../../../host/pool/handed.ts';
import { Loads } from '../../../host/pool/loads.ts';
import { ReleaseLoads } from '../../../host/pool/release-loads.ts';
import type { Supervisor } from '../../../host/pool/supervisor.ts';
import type { Image, LiveRelease } from '../../../host/release/release.ts';

const image = { kind: 'code', code: '', keep: false } as Image;
const release = (key: number) => ({ key, release: { manifest: { limits: {}, isolation: 'shared' } } }) as unknown as LiveRelease;
const executor = (number: number) =>
  ({ number, state: 'ready', asked: 0, releases: new Set(), handed: new Handed(), send() {} }) as unknown as ExecutorProcess;

describe('ReleaseLoads', () => {
  it('load(live, image, replaced) does not wait for an executor that was lost while another loaded', async () => {
    const loads = new Loads();
    const releases = new ReleaseLoads({ emptiest: undefined } as unknown as Supervisor, loads);
    const [first, second] = [executor(1), executor(2)];
    const old = release(1);
    for (const one of [first, second]) releases.send(one, old, image);
    const done = releases.load(release(2), image, old);
    // The pool does these two when an executor is gone.
    Object.assign(second, { state: 'closed' });
    loads.lost(second, undefined);
    releases.lost(second);
    loads.loaded(first, 2);
    const ended = await Promise.race([done.then(() => 'loaded'), new Promise((resolve) => setImmediate(resolve, 'waits'))]);
    assert.equal(ended, 'loaded');
    assert.equal(second.releases.size, 0);
  });

  it('load(live, image, replaced, code) has the executors that hold the old one hand its state over', async () => {
    const loads = new Loads();
    const releases = new ReleaseLoads({ emptiest: executor(9) } as unknown as Supervisor, loads);
    const sent: ToExecutor[] = [];
    const usable = (number: number, apart = false) =>
      Object.assign(executor(number), { usable: true, apart, send: (message: ToExecutor) => sent.push(message) }) as ExecutorProcess;
    const [first, second, apart] = [usable(1), usable(2), usable(3, true)];
    const old = release(1);
    for (const one of [first, second, apart]) releases.send(one, old, image);
    assert.equal(releases.handsOver(old), false);
    releases.known(old).isHot = true;
    assert.equal(releases.handsOver(old), true);
    sent.length = 0;
    const done = releases.load(release(2), image, old, 'code');
    loads.loaded(first, 2);
    await new Promise(setImmediate);
    loads.loaded(second, 2);
    await done;
    assert.deepEqual(
      sent.map((message) => message.kind === 'load' && message.handOver),
      [
        { from: 1, code: 'code' },
        { from: 1, code: 'code' },
      ],
    );
  });

  it('handsOver(live) where none holds it any more, or one apart alone: no', () => {
    const releases = new ReleaseLoads({} as unknown as Supervisor, new Loads());
    const old = release(1);
    assert.equal(releases.handsOver(old), false);
    const apart = Object.assign(executor(1), { usable: true, apart: true });
    releases.send(apart, old, image);
    releases.known(old).isHot = true;
    assert.equal(releases.handsOver(old), false);
    releases.dropped(apart, 1);
    assert.equal(releases.handsOver(old), false);
  });

  it('send(executor, live, image) asks for a snapshot where it is to be kept; dropped(executor, key) lets go of the release', () => {
    const releases = new ReleaseLoads({} as unknown as Supervisor, new Loads());
    const one = executor(1);
    releases.send(one, release(1), image);
    releases.send(one, release(2), { kind: 'code', code: '', keep: true });
    assert.deepEqual([one.handed.takeSnapshot(1), one.handed.takeSnapshot(2)], [false, true]);
    assert.equal(one.handed.hasLetGo(1), false);
    releases.dropped(one, 1);
    releases.drop(one, 2);
    assert.deepEqual([one.handed.hasLetGo(1), one.handed.hasLetGo(2), one.releases.size], [true, true, 0]);
  });
});
