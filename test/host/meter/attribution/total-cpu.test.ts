import assert from 'node:assert/strict';
import { TotalCpu } from '../../../../host/meter/attribution/total-cpu.ts';

const of = (entries: Record<number, number>) => new Map(Object.entries(entries).map(([pid, us]) => [Number(pid), us]));

describe('TotalCpu', () => {
  it('is all that there was at first, and then what was used since', () => {
    const total = new TotalCpu();
    assert.equal(total.since(of({ 1: 100, 2: 50 }), 0), 150);
    assert.equal(total.since(of({ 1: 130, 2: 50, 3: 7 }), 0), 37);
  });

  it('counts what a process used between the last look at it and its end', () => {
    const total = new TotalCpu();
    total.since(of({ 1: 100, 2: 50 }), 0);
    assert.equal(total.since(of({ 1: 110 }), 80), 40);
  });

  it('counts it once where it ends between two readings of one look', () => {
    const total = new TotalCpu();
    total.since(of({ 1: 100, 2: 50 }), 0);
    // It is gone, and what has reaped it had not done so when that was asked.
    assert.equal(total.since(of({ 1: 100 }), 0), 0);
    assert.equal(total.since(of({ 1: 101 }), 80), 31);
    // The other way round: it was there, and had been reaped.
    total.since(of({ 1: 101, 3: 20 }), 80 + 25);
    assert.equal(total.since(of({ 1: 101 }), 80 + 25), 0);
    assert.equal(total.since(of({ 1: 126 }), 80 + 25), 5);
  });

  it('takes a smaller number for that of another process', () => {
    const total = new TotalCpu();
    total.since(of({ 1: 100 }), undefined);
    assert.equal(total.since(of({ 1: 30 }), undefined), 30);
  });

  it('loses what it cannot know where the system tells nothing of those that have ended', () => {
    const total = new TotalCpu();
    total.since(of({ 1: 100, 2: 50 }), undefined);
    assert.equal(total.since(of({ 1: 110 }), undefined), 10);
  });
});
