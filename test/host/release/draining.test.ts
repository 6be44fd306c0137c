import assert from 'node:assert/strict';
import { Draining } from '../../../host/release/draining.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

const release = (number: number, plugin = 'a/b/c') => ({ state: 'draining', release: { plugin, number } }) as unknown as LiveRelease;

describe('Draining', () => {
  let ended: number[];
  const draining = (forMs: number) => new Draining(forMs, (one) => ended.push(one.release.number));
  beforeEach(() => {
    ended = [];
  });

  it('ends a release at its bound', async () => {
    const one = draining(20);
    one.add(release(1));
    assert.deepEqual(ended, []);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(ended, [1]);
    assert.equal(one.evict('a/b/c'), false);
  });

  it('ends the one before when another of the plugin is added, and no other plugin’s', () => {
    const one = draining(60_000);
    one.add(release(1));
    one.add(release(7, 'a/b/d'));
    one.add(release(2));
    assert.deepEqual(ended, [1]);
    assert.equal(one.evict('a/b/c'), true);
    assert.deepEqual(ended, [1, 2]);
    one.close();
  });

  it('ends none that has closed by itself', () => {
    const one = draining(60_000);
    const [first, second] = [release(1), release(2)];
    one.add(first);
    one.closed(first);
    one.add(second);
    one.closed(first);
    assert.equal(one.evict('a/b/c'), true);
    assert.deepEqual(ended, [2]);
    one.close();
  });
});
