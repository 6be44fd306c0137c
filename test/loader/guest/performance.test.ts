/** What a plugin sees of time, and User Timing. */

import assert from 'node:assert/strict';
import { callOf, getHead, sandboxOf } from '../../support/sandboxes.ts';
import { compareWithNode } from './differential.ts';
import { openRealm, type Realm } from './realm.ts';

const told = `({ name, entryType, startTime, duration, detail }) => [name, entryType, startTime, duration, detail]`;

compareWithNode(
  'User Timing',
  [
    `new PerformanceEntry()`,
    `new PerformanceMeasure()`,
    `(${told})(new PerformanceMark('a', { startTime: 5, detail: { x: 1 } }))`,
    `new PerformanceMark('a', { startTime: -1 })`,
    `new PerformanceMark()`,
    `performance.mark('a', { detail: () => {} })`,
    `(performance.mark('a', { startTime: 10 }), performance.mark('b', { startTime: 30 }), [${[
      `performance.measure('m', 'a', 'b')`,
      `performance.measure('m', { start: 'a', duration: 5 })`,
      `performance.measure('m', { duration: 5, end: 'b', detail: [1] })`,
      `performance.measure('m', { start: 1, end: 'b' })`,
      `performance.measure('m', undefined, 'b')`,
    ].join()}].map(${told}))`,
    `performance.measure('m', 'missing')`,
    `performance.measure('m', { start: 1, end: 2, duration: 5 })`,
    `performance.measure('m', { start: 1 }, 'b')`,
    `performance.measure()`,
    `performance.measure('m', { start: -1 })`,
    `(performance.clearMarks(), performance.clearMeasures(), performance.mark('b', { startTime: 2 }), performance.mark('a', { startTime: 1 }), performance.measure('a', 'a', 'b'), [performance.getEntries().filter(({ entryType }) => entryType[0] === 'm'), performance.getEntriesByType('mark'), performance.getEntriesByName('a'), performance.getEntriesByName('a', 'measure')].map((list) => list.map(${told})))`,
    `(performance.clearMarks('a'), performance.getEntriesByType('mark').map(({ name }) => name))`,
    `(performance.clearMeasures(), performance.clearMarks(), performance.getEntriesByType('measure').length)`,
    `performance.getEntriesByType()`,
  ],
  {
    // Node takes the first, and has no tag on one of the classes.
    [`performance.measure('m', { duration: 5 })`]: 'throws TypeError',
    [`['PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure'].map((name) => globalThis[name].prototype[Symbol.toStringTag])`]: [
      'PerformanceEntry',
      'PerformanceMark',
      'PerformanceMeasure',
    ],
  },
);

describe('the clock', () => {
  let realm: Realm;
  beforeEach(async () => {
    realm = await openRealm();
  });
  afterEach(() => realm[Symbol.dispose]());

  it('never goes back, and goes on where the host’s was set back', async () => {
    assert.equal(await realm.run(`performance.now()`), 1);
    realm.advance(100);
    assert.equal(await realm.run(`performance.now()`), 101);
    realm.advance(-60_000);
    assert.equal(await realm.run(`performance.now()`), 101);
    realm.advance(5);
    assert.equal(await realm.run(`performance.now()`), 106);
  });

  it('stamps events with the time that performance tells', async () => {
    await realm.run(`performance.now()`);
    realm.advance(9);
    assert.deepEqual(await realm.run(`[new Event('x').timeStamp, performance.now()]`), [10, 10]);
  });

  it('has whole milliseconds only, and passes while the guest runs', async () => {
    const { sandbox, notes } = await sandboxOf(`export default () => {
      const start = Date.now();
      const startedAt = performance.now();
      const seen = [start, startedAt, +new Date(), new Event('x').timeStamp, performance.timeOrigin];
      while (Date.now() < start + 3);
      while (performance.now() < startedAt + 5);
      return [seen.every(Number.isInteger), Date.now() > start, performance.now() - startedAt >= 5];
    };`);
    sandbox.start(callOf(1), getHead, undefined);
    const [reply] = notes.take();
    assert.equal(reply?.kind === 'reply' && reply.body, '[true,true,true]');
    sandbox.close();
  });
});
