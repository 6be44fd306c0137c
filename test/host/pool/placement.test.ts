import assert from 'node:assert/strict';
import { Backlog, type Weight } from '../../../host/pool/backlog.ts';
import type { ExecutorProcess } from '../../../host/pool/executor-process.ts';
import { KnownRelease } from '../../../host/pool/known-release.ts';
import { Placement } from '../../../host/pool/placement.ts';
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
    return this.usable && !this.shut && this.backlog.hasRoom;
  }

  usable = true;

  isHeldUp(_now: number, mostMs: number): boolean {
    return this.shut && this.stay > mostMs;
  }

  readonly apart = false;
  /** What runs in it, if anything does. */
  runs: Weight | undefined;
  doubtful = false;
  stepped = false;

  stepBack(): void {
    this.stepped = true;
  }

  holds(weight: Weight): boolean {
    return this.runs === weight || this.backlog.count(weight) > 0;
  }

  /** Whether a costly call runs in it that will be over soon. */
  ending = false;

  mayFollow(): boolean {
    return this.ending && this.backlog.size === 0;
  }

  isDoubtful(): boolean {
    return this.doubtful;
  }

  /** Gives it a call that is expected to take so long. */
  busy(expectedUs: number, weight: Weight = 'light'): this {
    this.#calls += 1;
    this.backlog.add(this.#calls, expectedUs, weight);
    return this;
  }
}

const quarantine = { place: () => undefined };
const placementOver = (executors: readonly Executor[]) =>
  new Placement({ executors: new Set(executors) } as unknown as Supervisor, quarantine);

/**
 * @param inFlight calls of the release that executors have already
 * @returns where a call goes whose release these of the executors hold, as its index
 */
function place(
  executors: readonly Executor[],
  holders: readonly Executor[],
  inFlight = 1,
  placement = placementOver(executors),
  fetching = 0,
): number | undefined {
  // Whose calls are expected to take 1,000 µs each.
  const known = new KnownRelease({ key: 1, release: {} } as LiveRelease);
  known.learn(1_000);
  known.inFlight = inFlight;
  known.fetching = fetching;
  known.holders.push(...(holders as unknown as ExecutorProcess[]));
  const chosen = placement.place(known, performance.now()) as unknown as Executor | undefined;
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

  it('while it is brought to another, its calls go to one that holds it', () => {
    const [long, full] = [new Executor().busy(2_000), new Executor().busy(3_000).busy(3_000)];
    const fetching = (holder: Executor) => {
      const all = [holder, new Executor()];
      return place(all, [holder], 1, placementOver(all), 1);
    };
    assert.equal(fetching(long), 0);
    assert.equal(fetching(full), undefined);
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

  describe('costly and light releases', () => {
    const release = (us: number, ...holders: Executor[]) => {
      const known = new KnownRelease({ key: 1, limits: {}, release: {} } as LiveRelease);
      known.learn(us);
      known.holders.push(...(holders as unknown as ExecutorProcess[]));
      return known;
    };
    const placed = (placement: Placement, known: KnownRelease, now = 0) => placement.place(known, now) as unknown as Executor | undefined;

    it('an executor has one costly call at a time, and nothing light is given to it', () => {
      const [a, b] = [new Executor(), new Executor(5)];
      const placement = placementOver([a, b]);
      assert.equal(placed(placement, release(5_000, a)), a);
      a.runs = 'costly';
      assert.equal(placed(placement, release(5_000, a)), b);
      assert.equal(placed(placement, release(50, a), 1), b);
      a.runs = undefined;
      a.busy(100_000, 'costly');
      assert.equal(placed(placement, release(50, a), 2), b);
      b.runs = 'costly';
      assert.equal(placed(placement, release(50, a), 3), undefined);
    });

    it('one more costly call waits behind one that will be over soon, where no executor is free and it does not take long itself', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      a.runs = 'costly';
      a.ending = true;
      assert.equal(placed(placement, release(6_000, a)), b);
      b.runs = 'costly';
      b.ending = true;
      assert.equal(placed(placement, release(6_000, b)), b);
      assert.equal(placed(placement, release(20_001, b)), undefined);
      const unknown = new KnownRelease({ key: 2, limits: {}, release: {} } as LiveRelease);
      unknown.holders.push(b as unknown as ExecutorProcess);
      assert.equal(placed(placement, unknown), undefined);
      b.busy(6_000, 'costly');
      assert.equal(placed(placement, release(6_000, b)), undefined);
    });

    it('but not in the executor that is for light ones alone', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      placed(placement, release(50, a), 0);
      b.runs = 'costly';
      const costly = release(6_000, a);
      assert.equal(placed(placement, costly, 1), undefined);
      a.ending = true;
      assert.equal(placed(placement, costly, 2), undefined);
      b.ending = true;
      assert.equal(placed(placement, release(6_000, a, b), 3), b);
    });

    it('a release that was light itself a moment ago keeps no executor from its own calls', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      const known = release(50, a, b);
      placed(placement, known, 0);
      for (let i = 0; i < 300; i += 1) known.learn(50_000);
      assert.equal(placed(placement, known, 1), a);
      a.runs = 'costly';
      assert.equal(placed(placement, known, 2), b);
    });

    it('while there are both, one executor is for light ones alone; without light ones for ten seconds it is not', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      assert.equal(placed(placement, release(50, a), 0), a);
      const costly = release(50_000, a, b);
      assert.equal(placed(placement, costly, 1), b);
      b.runs = 'costly';
      assert.equal(placed(placement, costly, 9_999), undefined);
      assert.equal(placed(placement, costly, 10_000), a);
    });

    it('where one alone works of two, light ones have it for a quarter of a second, counted from when it was last alone', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      assert.equal(placed(placement, release(50, a), 0), a);
      const costly = release(50_000, a, b);
      b.usable = false;
      assert.equal(placed(placement, costly, 1), undefined);
      assert.equal(placed(placement, costly, 251), undefined);
      b.usable = true;
      b.runs = 'costly';
      assert.equal(placed(placement, costly, 252), undefined);
      b.usable = false;
      assert.equal(placed(placement, costly, 300), undefined);
      assert.equal(placed(placement, costly, 550), undefined);
      assert.equal(placed(placement, costly, 551), a);
    });

    it('one that was given costly calls has stepped back; that for light ones is one that has not', () => {
      const [a, b] = [new Executor(), new Executor()];
      a.stepped = true;
      const placement = placementOver([a, b]);
      placed(placement, release(50, a), 0);
      assert.equal(placed(placement, release(50_000, b), 1), a);
      assert.deepEqual([a.stepped, b.stepped], [true, false]);
    });

    it('a lone executor is for all', () => {
      const a = new Executor();
      const placement = placementOver([a]);
      assert.equal(placed(placement, release(50, a), 0), a);
      assert.equal(placed(placement, release(50_000, a), 1), a);
    });

    it('of what nobody has seen yet one executor is always left free, where there are light calls', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      const unknown = (holder = a) => {
        const known = new KnownRelease({ key: 2, limits: {}, release: {} } as LiveRelease);
        known.holders.push(holder as unknown as ExecutorProcess);
        return known;
      };
      placed(placement, release(50, b), 0);
      assert.equal(placed(placement, unknown(), 1), a);
      a.runs = 'unknown';
      assert.equal(placed(placement, unknown(), 2), undefined);
      assert.equal(placed(placement, unknown(), 20_000), b);
      // While there are costly ones, it does not go to the one that is for light ones alone.
      a.runs = undefined;
      placed(placement, release(50, b), 20_001);
      placed(placement, release(50_000, b), 20_002);
      assert.equal(placed(placement, unknown(b), 20_003), a);
    });

    it('where a guard had to end a call of late, it keeps away from the executor that light calls go to, and waits where there is no other', () => {
      const [a, b] = [new Executor(), new Executor(9)];
      const placement = placementOver([a, b]);
      const unknown = () => new KnownRelease({ key: 2, limits: {}, release: {} } as LiveRelease);
      placed(placement, release(50, a), 0);
      assert.equal(placed(placement, unknown(), 1), a);
      placement.harmed(2);
      assert.equal(placed(placement, unknown(), 3), b);
      b.usable = false;
      assert.equal(placed(placement, unknown(), 4), undefined);
      placed(placement, release(50, a), 10_001);
      b.usable = true;
      assert.equal(placed(placement, unknown(), 10_002), a);
    });

    it('where there is but one that works for long, light calls do not have it for themselves', () => {
      const [a, b] = [new Executor(), new Executor()];
      b.usable = false;
      const placement = placementOver([a, b]);
      const heavy = release(50_000, b);
      placed(placement, release(50, a), 0);
      assert.equal(placed(placement, heavy, 1), undefined);
      placed(placement, release(50, a), 200);
      assert.equal(placed(placement, heavy, 201), undefined);
      placed(placement, release(50, a), 260);
      assert.equal(placed(placement, heavy, 261), a);
      // From then on it waits anew.
      placed(placement, release(50, a), 262);
      assert.equal(placed(placement, heavy, 263), undefined);
    });

    it('a light call waits a moment for one that nobody knows, and no longer', () => {
      const [a, b] = [new Executor(), new Executor()];
      const placement = placementOver([a, b]);
      a.runs = 'unknown';
      assert.equal(placed(placement, release(50, a), 0), undefined);
      a.doubtful = true;
      assert.equal(placed(placement, release(50, a), 0), b);
    });

    it('what is quarantined goes to its own', () => {
      const [a, own] = [new Executor(), new Executor()];
      const placement = new Placement({ executors: new Set([a]) } as unknown as Supervisor, {
        place: () => own as unknown as ExecutorProcess,
      });
      const known = release(50, a);
      known.kill(0);
      assert.equal(placed(placement, known, 1), own);
    });
  });

  describe('what is tried', () => {
    const tried = () => new KnownRelease({ key: 3, limits: {}, release: { trial: 'replay' } } as LiveRelease);
    const placed = (supervisor: { executors: Set<Executor>; spare: Executor | undefined }) =>
      new Placement(supervisor as unknown as Supervisor, quarantine).place(tried(), 0) as unknown;

    it('goes to the spare executor, and waits for it where it has something to do', () => {
      const [busy, spare] = [new Executor(), new Executor()];
      assert.equal(placed({ executors: new Set([busy]), spare }), spare);
      spare.shut = true;
      assert.equal(placed({ executors: new Set([busy]), spare }), undefined);
    });

    it('goes to one that calls go to where there is no spare one for a moment', () => {
      const [a, b] = [new Executor(2), new Executor(1)];
      assert.equal(placed({ executors: new Set([a, b]), spare: undefined }), b);
      b.shut = true;
      assert.equal(placed({ executors: new Set([a, b]), spare: undefined }), a);
    });
  });
});
