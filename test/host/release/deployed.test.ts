import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Deployed } from '../../../host/release/deployed.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

const live = (number: number) => ({ release: { plugin: 'a/b/c', number } }) as LiveRelease;
const of = (...pairs: [number: number, percentage: number][]) =>
  new Deployed(
    1,
    pairs.map(([number, percentage]) => ({ live: live(number), percentage })),
  );

describe('Deployed', () => {
  it('main has the greater part; older was there first', () => {
    assert.deepEqual([of([2, 10], [1, 90]).main.release.number, of([2, 10], [1, 90]).older.release.number], [1, 1]);
    assert.deepEqual([of([1, 10], [2, 90]).main.release.number, of([1, 10], [2, 90]).older.release.number], [2, 1]);
    assert.equal(of([4, 100]).isShared, false);
    assert.equal(of([4, 100]).at(99.9).release.number, 4);
  });

  it('find(number) has what is deployed, with 0% too', () => {
    const deployed = of([1, 100], [2, 0]);
    assert.equal(deployed.find(2)?.release.number, 2);
    assert.equal(deployed.find(3), undefined);
    assert.equal(deployed.at(0).release.number, 1);
  });

  it('at(point) is the newer one below its percentage', () => {
    const deployed = of([1, 99.99], [2, 0.01]);
    assert.equal(deployed.at(0.0099).release.number, 2);
    assert.equal(deployed.at(0.01).release.number, 1);
  });

  it('a key keeps the newer release while its percentage rises', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }), (key, a, b) => {
        const [low, high] = [Math.min(a, b) / 100, Math.max(a, b) / 100];
        const before = of([1, 100 - low], [2, low]);
        const after = of([1, 100 - high], [2, high]);
        if (before.at(before.pointOf(key)).release.number === 2) assert.equal(after.at(after.pointOf(key)).release.number, 2);
      }),
    );
  });

  it('keys are spread as the percentage says, and differently with the next release', () => {
    const share = (newer: number) => {
      const deployed = of([1, 90], [newer, 10]);
      return Array.from({ length: 20_000 }, (_, i) => deployed.at(deployed.pointOf(`user-${i}`)).release.number === newer);
    };
    const [two, three] = [share(2), share(3)];
    const count = (all: boolean[]) => all.filter(Boolean).length;
    assert.ok(Math.abs(count(two) - 2_000) < 250, `${count(two)}`);
    const both = two.filter((one, i) => one && three[i]).length;
    assert.ok(Math.abs(both - 200) < 100, `${both}`);
  });
});
