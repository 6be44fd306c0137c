import assert from 'node:assert/strict';
import { Backlog } from '../../../host/pool/backlog.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { Placement } from '../../../host/pool/placement.ts';
import { KnownRelease } from '../../../host/pool/release-loads.ts';
import type { Supervisor } from '../../../host/pool/supervisor.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

/** What placing looks at, of an executor. */
class Executor {
  readonly backlog = new Backlog();
  readonly releases = new Set<number>();
  /** Condemned, or busy with a guest that may not come back. */
  shut = false;
  /** For how long its guest has been running. */
  stay = 1_000;
  #calls = 0;

  constructor(releases = 0) {
    for (let key = 100; key < 100 + releases; key += 1) this.releases.add(key);
  }

  get open(): boolean {
    return !this.shut && this.backlog.hasRoom;
  }

  get usable(): boolean {
    return true;
  }

  isHeldUp(_now: number, mostMs: number): boolean {
    return this.shut && this.stay > mostMs;
  }

  /** Gives it a call that is expected to take so long. */
  busy(expectedUs: number): this {
    this.#calls += 1;
    this.backlog.add(this.#calls, expectedUs);
    return this;
  }
}

const placementOver = (executors: readonly Executor[]) => new Placement({ executors: new Set(executors) } as unknown as Supervisor);

/**
 * @param inFlight calls of the release that executors have already
 * @returns where a call goes whose release these of the executors hold, as its index
 */
function place(
  executors: readonly Executor[],
  holders: readonly Executor[],
  inFlight = 1,
  placement = placementOver(executors),
): number | undefined {
  // Whose calls are expected to take 1,000 µs each.
  const known = new KnownRelease({ key: 1 } as LiveRelease);
  known.inFlight = inFlight;
  known.holders.push(...(holders as unknown as ExecutorProcess[]));
  const chosen = placement.place(known) as unknown as Executor | undefined;
  return chosen && executors.indexOf(chosen);
}

describe('Placement', () => {
  it('a release that nobody holds goes to the executor that holds the fewest', () => {
    const [a, b, c] = [new Executor(3), new Executor(1), new Executor(2)];
    assert.equal(place([a, b, c], []), 1);
    assert.equal(place([c, a], []), 0);
  });

  it('a call goes to the one that has held its release for longest, however few releases others hold', () => {
    const [a, b, c] = [new Executor(), new Executor(9), new Executor(5)];
    assert.equal(place([a, b, c], [c, b]), 2);
    assert.equal(place([a, b, c], [b, c]), 1);
  });

  it('calls that come together stay together, until they are work for more than one', () => {
    const [a, b] = [new Executor().busy(200), new Executor()];
    assert.equal(place([a, b], [a, b]), 0);
    a.busy(100);
    assert.equal(place([a, b], [a, b]), 1);
  });

  it('where all that hold it have work, the one with the least is taken', () => {
    const [a, b, c] = [new Executor().busy(900), new Executor().busy(600), new Executor().busy(700)];
    assert.equal(place([a, b, c], [a, b, c]), 1);
  });

  it('a release spreads only when its calls would wait long, and to one that has far less to do', () => {
    const free = new Executor(20);
    const short = new Executor().busy(999);
    assert.equal(place([short, free], [short]), 0);
    const long = new Executor().busy(2_000);
    assert.equal(place([long, free], [long]), 1);
    assert.equal(place([long, new Executor().busy(499)], [long]), 1);
    assert.equal(place([long, new Executor().busy(500)], [long]), 0);
  });

  it('it spreads to the one of those that holds the fewest releases', () => {
    const long = new Executor().busy(3_000);
    assert.equal(place([new Executor(4), long, new Executor(2), new Executor(3)], [long]), 2);
  });

  it('an executor that is condemned or stuck gets nothing, whether it holds the release or not', () => {
    const [a, b, c] = [new Executor(), new Executor(), new Executor(7)];
    a.shut = true;
    assert.equal(place([a, b, c], [a, c]), 2);
    assert.equal(place([a, b, c], [a]), 1);
    assert.equal(place([a, b, c], []), 1);
    b.shut = true;
    c.shut = true;
    assert.equal(place([a, b, c], [a, c]), undefined);
    assert.equal(place([a, b, c], []), undefined);
  });

  it('one that is full gets nothing; where all are, the call waits', () => {
    const full = new Executor().busy(3_000).busy(3_000);
    assert.equal(full.backlog.hasRoom, false);
    const other = new Executor(5);
    assert.equal(place([full, other], [full], 2), 1);
    other.busy(4_000);
    assert.equal(place([full, other], [full, other]), undefined);
  });

  it('a call of any length may wait behind the one that runs', () => {
    const [a, b] = [new Executor(), new Executor()];
    assert.equal(place([a, b], [a]), 0);
    a.shut = true;
    assert.equal(place([a, b.busy(5_000)], [a]), undefined);
  });

  it('a call waits for one that will be back in a moment, and that its own release does not keep busy', () => {
    const [busy, free] = [new Executor(), new Executor()];
    busy.shut = true;
    busy.stay = 50;
    assert.equal(place([busy, free], [busy]), undefined);
    busy.stay = 51;
    assert.equal(place([busy, free], [busy]), 1);
  });

  it('a release without calls in executors does not spread for the others’ work', () => {
    const [long, free] = [new Executor().busy(3_900), new Executor()];
    assert.equal(place([long, free], [long], 0), 0);
    const full = new Executor().busy(3_000).busy(3_000);
    assert.equal(place([full, free], [full], 0), undefined);
    assert.equal(place([full, free], [full], 2), 1);
  });

  it('neither does one whose own calls are a small part of what is to be done', () => {
    const [long, free] = [new Executor().busy(3_900).busy(99), new Executor()];
    assert.equal(long.backlog.hasRoom, true);
    assert.equal(place([long, free], [long], 1), 1);
    const longer = new Executor().busy(3_000).busy(1_000).busy(1);
    assert.equal(longer.backlog.hasRoom, false);
    assert.equal(place([longer, free], [longer], 1), undefined);
    assert.equal(place([longer, free], [longer], 2), 1);
  });

  it('but where an executor has had too much to do for long and another far less, one after another does', () => {
    const [long, free] = [new Executor().busy(3_000).busy(1_900), new Executor()];
    const executors = [long, free];
    const placement = placementOver(executors);
    let now = 1_000;
    const clock = performance.now;
    performance.now = () => now;
    try {
      assert.equal(place(executors, [long], 0, placement), undefined);
      now += 99;
      assert.equal(place(executors, [long], 0, placement), undefined);
      now += 1;
      assert.equal(place(executors, [long], 0, placement), 1);
      assert.equal(place(executors, [long], 0, placement), undefined);
      now += 50;
      // For a moment it is not so.
      free.busy(3_000);
      assert.equal(place(executors, [long], 0, placement), undefined);
      free.backlog.delete(1);
      now += 50;
      assert.equal(place(executors, [long], 0, placement), undefined);
    } finally {
      performance.now = clock;
    }
  });
});
