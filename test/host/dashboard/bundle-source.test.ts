/** The bundle that a host serves: found, made, and tried again. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { BundleSource, type BundleState } from '../../../host/dashboard/bundle-source.ts';
import { quietLog, TempDir } from '../doubles.ts';
import { writeBundle } from './bundled.ts';

describe('BundleSource', () => {
  let temp: TempDir;
  let now: number;
  beforeEach(() => {
    temp = new TempDir();
    now = 0;
  });
  afterEach(() => temp[Symbol.dispose]());

  const source = (make: (signal: AbortSignal) => Promise<void>, path = temp.path) =>
    new BundleSource({ log: quietLog, elapsed: () => now, directory: async () => path, make });

  async function until(bundle: BundleSource, kind: BundleState['kind']): Promise<void> {
    for (let state = await bundle.state(); state.kind !== kind; state = await bundle.state()) await new Promise(setImmediate);
  }

  it('is there where it was made, and is not made again', async () => {
    writeBundle(temp);
    let made = 0;
    const bundle = source(async () => {
      made += 1;
    });
    const [one, other] = await Promise.all([bundle.state(), bundle.state()]);
    assert.equal(one.kind, 'ready');
    assert.equal(one, other);
    assert.equal(made, 0);
  });

  it('is made once, whoever asks meanwhile, and is there then', async () => {
    const making = Promise.withResolvers<void>();
    let made = 0;
    const bundle = source(() => {
      made += 1;
      return making.promise;
    });
    assert.deepEqual([(await bundle.state()).kind, (await bundle.state()).kind, made], ['making', 'making', 1]);
    writeBundle(temp);
    making.resolve();
    await until(bundle, 'ready');
  });

  it('says that it failed, and is tried again a while later', async () => {
    let made = 0;
    const bundle = source(async () => {
      made += 1;
      throw new Error('no room');
    });
    await bundle.state();
    await until(bundle, 'failed');
    now = 9_999;
    assert.equal((await bundle.state()).kind, 'failed');
    now = 10_001;
    writeBundle(temp);
    assert.equal((await bundle.state()).kind, 'ready');
    assert.equal(made, 1);
  });

  it('fails where the maker has made nothing, and where the directory cannot be told', async () => {
    const bundle = source(async () => {}, join(temp.path, 'nowhere'));
    await bundle.state();
    await until(bundle, 'failed');
    const lost = new BundleSource({
      log: quietLog,
      elapsed: () => now,
      directory: () => Promise.reject(new Error('no sources')),
      make: async () => {},
    });
    assert.equal((await lost.state()).kind, 'failed');
  });

  it('ends the maker when it is closed, and takes that for no failure', async () => {
    const ended = Promise.withResolvers<void>();
    const bundle = source(
      (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            reject(new Error('ended'));
            ended.resolve();
          }),
        ),
    );
    await bundle.state();
    bundle.close();
    await ended.promise;
    assert.equal((await bundle.state()).kind, 'making');
  });
});
