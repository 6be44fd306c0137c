import assert from 'node:assert/strict';
import { type Cost, noCost } from '../../../host/executor/wire.ts';
import { Handed } from '../../../host/pool/handed.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

const live = { key: 3 } as LiveRelease;

describe('Handed', () => {
  const given = (handed: Handed, id: number, now = 0) => {
    const told: (Cost | undefined)[] = [];
    handed.giveUp(id, live, now, (cost) => told.push(cost));
    return told;
  };

  it('answered(id, cost) tells what a call that was given up has come to, once', () => {
    const handed = new Handed();
    const told = given(handed, 7);
    assert.equal(handed.givenUp(7)?.live, live);
    handed.answered(7, { ...noCost, cpuUs: 5 });
    handed.answered(7, { ...noCost, cpuUs: 6 });
    assert.deepEqual([told, handed.givenUp(7)], [[{ ...noCost, cpuUs: 5 }], undefined]);
  });

  it('sweep(now) waits for no answer for ever, and lost(costOf) for none', () => {
    const handed = new Handed();
    const [first, second] = [given(handed, 1), given(handed, 2, 200_000)];
    handed.sweep(299_999);
    assert.deepEqual([first, second], [[], []]);
    handed.sweep(300_000);
    assert.deepEqual([first, second], [[undefined], []]);
    handed.lost((id) => ({ ...noCost, cpuUs: id }));
    assert.deepEqual([first, second], [[undefined], [{ ...noCost, cpuUs: 2 }]]);
  });

  it('has no room for more calls where it owes too many answers', () => {
    const handed = new Handed();
    for (let id = 0; id < 1_023; id += 1) given(handed, id);
    assert.equal(handed.hasRoom, true);
    given(handed, 1_023);
    assert.equal(handed.hasRoom, false);
    handed.answered(5, noCost);
    assert.equal(handed.hasRoom, true);
  });

  it('letGo(key) is remembered of so many releases', () => {
    const handed = new Handed();
    for (let key = 0; key < 4_096; key += 1) handed.letGo(key);
    handed.letGo(0);
    handed.letGo(4_096);
    assert.deepEqual(
      [0, 1, 2, 4_096].map((key) => handed.hasLetGo(key)),
      [true, false, true, true],
    );
  });

  it('takeSnapshot(key) as often as one was asked for, unless the release was let go of', () => {
    const handed = new Handed();
    assert.equal(handed.takeSnapshot(1), false);
    for (let i = 0; i < 2; i += 1) handed.asksForSnapshot(1);
    assert.deepEqual([handed.takeSnapshot(1), handed.takeSnapshot(1), handed.takeSnapshot(1)], [true, true, false]);
    handed.asksForSnapshot(1);
    handed.letGo(1);
    assert.equal(handed.takeSnapshot(1), false);
  });

  it('needs(key) once, until it was brought', () => {
    const handed = new Handed();
    assert.deepEqual([handed.needs(1), handed.needs(1), handed.needs(2)], [true, false, true]);
    handed.brought(1);
    assert.equal(handed.needs(1), true);
  });
});
