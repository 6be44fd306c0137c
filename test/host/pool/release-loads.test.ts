/** Which executors a new release is loaded into, while they come and go. */

import assert from 'node:assert/strict';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Loads } from '../../../host/pool/loads.ts';
import { ReleaseLoads } from '../../../host/pool/release-loads.ts';
import type { Supervisor } from '../../../host/pool/supervisor.ts';
import type { Image, LiveRelease } from '../../../host/release/release.ts';

const image = { kind: 'code', code: '', keep: false } as Image;
const release = (key: number) => ({ key, release: { manifest: { limits: {}, isolation: 'shared' } } }) as unknown as LiveRelease;
const executor = (number: number) => ({ number, state: 'ready', asked: 0, releases: new Set(), send() {} }) as unknown as ExecutorProcess;

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
});
