import assert from 'node:assert/strict';
import { type Bucket, Window } from '../../../host/hints/window.ts';

const bucket = (n: number): Bucket => ({
  ...{
    lengthUs: 2_000_000,
    arrivals: n,
    ended: n,
    demandUs: n * 1_000,
    cpuUs: n * 900,
    cpuSquaresMs2: n,
    waitUs: n * 7,
    inFlightUs: n * 11,
  },
});

describe('Window', () => {
  it('sums the last buckets of both windows, whatever came before', () => {
    const window = new Window({ stable: 5, panic: 2 });
    const all: Bucket[] = [];
    for (let i = 0; i < 23; i += 1) {
      all.push(bucket((i * 7_919) % 101));
      window.add(all.at(-1) as Bucket);
      for (const [sums, last] of [
        [window.stable, all.slice(-5)],
        [window.panic, all.slice(-2)],
        [window.latest, all.slice(-1)],
      ] as const) {
        for (const key of ['lengthUs', 'arrivals', 'ended', 'demandUs', 'cpuUs', 'cpuSquaresMs2', 'waitUs', 'inFlightUs'] as const) {
          assert.equal(
            sums[key],
            last.reduce((sum, one) => sum + one[key], 0),
            `${key} after ${i + 1}`,
          );
        }
      }
    }
  });

  it('gives averages over time, also while it is not full', () => {
    const window = new Window({ stable: 5, panic: 2 });
    assert.deepEqual([window.stable.demandCores, window.stable.concurrency, window.stable.spread], [0, 0, 1]);
    window.add({ ...bucket(0), demandUs: 3_000_000, cpuUs: 1_000_000, inFlightUs: 5_000_000 });
    const { demandCores, cpuCores, concurrency } = window.stable;
    assert.deepEqual([demandCores, cpuCores, concurrency], [1.5, 0.5, 2.5]);
  });

  it('tells how unlike calls are: 1 where all take as long', () => {
    const window = new Window({ stable: 5, panic: 2 });
    window.add({ ...bucket(4), cpuUs: 40_000, cpuSquaresMs2: 400 });
    assert.equal(window.stable.spread, 1);
    // One call takes all of the time.
    window.add({ ...bucket(4), cpuUs: 40_000, cpuSquaresMs2: 1_600 });
    assert.equal(window.stable.spread, 2.5);
  });
});
