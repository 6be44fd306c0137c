import assert from 'node:assert/strict';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

const release = (isolation = 'shared') =>
  new KnownRelease({ limits: { concurrency: 4 }, release: { manifest: { isolation } } } as LiveRelease);

function learned(...us: number[]): KnownRelease {
  const known = release();
  for (const one of us) known.learn(one);
  return known;
}

const many = (count: number, us: number) => Array.from({ length: count }, () => us);

describe('KnownRelease', () => {
  it('weight is unknown before a call was seen, then light or costly by the first', () => {
    assert.equal(release().weight, 'unknown');
    assert.equal(learned(4_999).weight, 'light');
    assert.equal(learned(5_000).weight, 'costly');
  });

  it('weight is costly where a few long calls are most of what it takes', () => {
    assert.equal(learned(...Array.from({ length: 40 }, () => [...many(19, 50), 100_000]).flat()).weight, 'costly');
    assert.equal(learned(...many(1_000, 50), 7_000, ...many(10, 50)).weight, 'light');
  });

  it('weight stays what it was between the two bounds', () => {
    const known = learned(...many(600, 5_100));
    assert.equal(known.weight, 'costly');
    for (let i = 0; i < 600; i += 1) known.learn(4_000);
    assert.equal(known.weight, 'costly');
    for (let i = 0; i < 600; i += 1) known.learn(2_000);
    assert.equal(known.weight, 'light');
    for (let i = 0; i < 600; i += 1) known.learn(4_000);
    assert.equal(known.weight, 'light');
  });

  it('weight follows when a release becomes another', () => {
    assert.equal(learned(...many(500, 50), ...many(20, 60_000)).weight, 'costly');
    assert.equal(learned(...many(20, 60_000), ...many(5_000, 50)).weight, 'light');
  });

  it('learnWhole(us) takes two calls in some hundreds that take far more than others for hiccups of the machine, and no third one', () => {
    const known = learned(...many(500, 100));
    const expected = known.expectedUs;
    assert.deepEqual([known.learnWhole(400_000), known.learnWhole(2_000_000)], [expected, expected]);
    assert.deepEqual([known.meanUs, known.expectedUs, known.weight], [100, expected, 'light']);
    assert.equal(known.learnWhole(400_000), 400_000);
    assert.equal(known.weight, 'costly');
  });

  it('learnWhole(us) forgets hiccups when both many calls and 10 s have passed', () => {
    const isBelieved = (calls: number, ms: number) => {
      const known = learned(...many(500, 100));
      for (const now of [0, ms / 2]) {
        assert.notEqual(known.learnWhole(400_000, { now: () => now }), 400_000);
        for (let i = 0; i < calls / 2; i += 1) assert.equal(known.learnWhole(100), 100);
      }
      return known.learnWhole(400_000, { now: () => ms }) === 400_000;
    };
    assert.deepEqual([isBelieved(300, 10_000), isBelieved(200, 10_000), isBelieved(300, 9_000)], [false, true, true]);
  });

  it('learnWhole(us) believes what is no more than a plugin’s way, and its first calls', () => {
    assert.deepEqual([release().learnWhole(400_000), learned(...many(31, 100)).learnWhole(400_000)], [400_000, 400_000]);
    // Little in itself, and little beside what others take.
    assert.deepEqual([learned(...many(500, 100)).learnWhole(9_000), learned(...many(500, 2_000)).learnWhole(60_000)], [9_000, 60_000]);
  });

  it('learnAtLeast(us) makes nothing lighter, and what nobody has seen not light', () => {
    const known = release();
    known.learnAtLeast(3_000);
    assert.equal(known.weight, 'unknown');
    known.learnAtLeast(60_000);
    assert.equal(known.weight, 'costly');
    const expected = known.expectedUs;
    known.learnAtLeast(10);
    assert.equal(known.expectedUs, expected);
  });

  it('expectedUs goes down fast and up slowly, after the first call has told it', () => {
    const known = learned(8_000);
    assert.equal(known.expectedUs, 8_000);
    known.learn(16_000);
    assert.equal(known.expectedUs, 9_000);
    known.learn(1_000);
    assert.equal(known.expectedUs, 3_000);
  });

  it('mayStart(now) is by its concurrency, fewer while it is slowed, one while it is quarantined, and not in a pause', () => {
    const known = release();
    known.inFlight = 3;
    assert.equal(known.mayStart(0), true);
    known.inFlight = 4;
    assert.equal(known.mayStart(0), false);
    known.success();
    for (let i = 0; i < 3; i += 1) known.trip(i);
    known.inFlight = 1;
    assert.deepEqual([known.mayStart(21), known.mayStart(22)], [false, true]);
    known.kill(22);
    assert.equal(known.mayStart(1_000), false);
    known.inFlight = 0;
    assert.equal(known.mayStart(1_000), true);
    known.forgive();
    assert.equal(known.mayStart(0), true);
  });

  it('usualUs(cpuUs, initCpuUs) has what modules took where they are evaluated for call after call, and not where once', () => {
    const anew = release('request');
    assert.deepEqual([anew.usualUs(5, 900), anew.usualUs(5, 900), anew.usualUs(5, 0), anew.usualUs(5, 900)], [5, 905, 5, 5]);
    const kept = release();
    assert.deepEqual([kept.usualUs(5, 900), kept.usualUs(5, 900)], [5, 5]);
  });
});
