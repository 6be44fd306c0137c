import assert from 'node:assert/strict';
import { type Call, CallSignal, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { Signals } from '../../../host/hints/signals.ts';
import type { Counted, Slot } from '../../../host/hints/slot.ts';
import { LiveRelease, type Release } from '../../../host/release/release.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';

function liveOf(name: string, preview?: string): LiveRelease {
  const release: Release = {
    ...{ plugin: pluginId('d', 'g', name), number: 1, hash: '', manifest: parseManifest({}, ['index.ts']), createdAt: 0 },
    ...(preview === undefined ? {} : { preview }),
  };
  return new LiveRelease(release, ['fetch'], 1, () => undefined);
}

class Clocked {
  now = 1_000;
  readonly signals = new Signals(
    () => 'standard',
    () => this.now,
  );

  begin(live: LiveRelease): Call {
    const call: Call = {
      ...{ live, interface: 'fetch' as const, head: '', body: undefined, idempotent: true, admittedAt: this.now, signal: new CallSignal() },
    };
    this.signals.began(call);
    return call;
  }

  end(call: Call, cpuUs: number, waitUs = 0, executor = 1, isOwnLimit = false): void {
    this.signals.ended(call, { ...nothingSpent, executor, cpuUs, waitUs }, (this.now - call.admittedAt) * 1_000, isOwnLimit);
  }

  take(idleTicks = 30): [Slot, Counted][] {
    const all: [Slot, Counted][] = [];
    this.signals.take(idleTicks, (slot) => all.push([slot, { ...slot.counted }]));
    return all;
  }
}

describe('Signals', () => {
  it('integrates calls in flight over time, those that are not over included', () => {
    const clocked = new Clocked();
    const live = liveOf('a');
    const [first, second] = [clocked.begin(live), clocked.begin(live)];
    clocked.now += 500;
    clocked.end(first, 20_000, 3_000);
    clocked.now += 1_500;
    const [[slot, one] = []] = clocked.take();
    assert.deepEqual([slot?.plugin, slot?.lane], ['d/g/a', 'standard']);
    assert.deepEqual(one, {
      ...{ lengthUs: 2_000_000, arrivals: 2, ended: 1, cpuUs: 20_000, cpuSquaresMs2: 400, waitUs: 3_000 },
      inFlightUs: 2_500_000,
    });
    clocked.now += 1_000;
    clocked.end(second, 10_000);
    clocked.now += 1_000;
    const [[, next] = []] = clocked.take();
    assert.deepEqual([next?.arrivals, next?.ended, next?.inFlightUs], [0, 1, 1_000_000]);
  });

  // Of the longer tick there are more calls than are noted before they are counted.
  for (const tickMs of [2_000, 20_000]) {
    it(`is the same integral as that of samples of every ms, with ticks of ${tickMs} ms`, () => {
      const clocked = new Clocked();
      const live = liveOf('a');
      const open: Call[] = [];
      let [sampled, counted, arrivals, began] = [0, 0, 0, 0];
      for (let ms = 0; ms < tickMs * 5; ms += 1) {
        if ((ms * 7_919) % 37 < 9) {
          open.push(clocked.begin(live));
          began += 1;
        }
        if ((ms * 104_729) % 41 < 9 && open.length > 0) clocked.end(open.shift() as Call, 100);
        sampled += open.length;
        clocked.now += 1;
        if (ms % tickMs !== tickMs - 1) continue;
        const [[, one] = []] = clocked.take();
        counted += one?.inFlightUs ?? 0;
        arrivals += one?.arrivals ?? 0;
      }
      assert.deepEqual([counted, arrivals], [sampled * 1_000, began]);
    });
  }

  it('counts what was turned away as asked for, and not as in flight or ended', () => {
    const clocked = new Clocked();
    const live = liveOf('a');
    clocked.signals.refused(live);
    clocked.end(clocked.begin(live), 0, 0, 0);
    clocked.now += 2_000;
    const [[, one] = []] = clocked.take();
    assert.deepEqual([one?.arrivals, one?.ended, one?.inFlightUs], [2, 0, 0]);
  });

  it('does not count as asked for what was turned away for a limit of its own', () => {
    const clocked = new Clocked();
    const live = liveOf('a');
    clocked.end(clocked.begin(live), 0, 0, 0, true);
    const late = clocked.begin(live);
    clocked.now += 2_000;
    assert.equal(clocked.take()[0]?.[1].arrivals, 1);
    // A tick came between: it was counted in that one, and cannot be taken from this one.
    clocked.end(late, 0, 0, 0, true);
    clocked.now += 2_000;
    const [[, one] = []] = clocked.take();
    assert.deepEqual([one?.arrivals, one?.inFlightUs], [0, 0]);
  });

  it('is not misled by a call whose end is told in a later tick', () => {
    const clocked = new Clocked();
    const live = liveOf('a');
    const call = clocked.begin(live);
    clocked.now += 2_000;
    clocked.take();
    clocked.now += 2_000;
    // It was over a second after it began; what it went on with is over now.
    clocked.signals.ended(call, { ...nothingSpent, executor: 1 }, 1_000_000, false);
    const [[, one] = []] = clocked.take();
    assert.equal(one?.inFlightUs, 0);
  });

  it('lets go of releases that are not called, and not of those whose calls run on', () => {
    const clocked = new Clocked();
    const lives = Array.from({ length: 1_000 }, (_, i) => liveOf(`p${i}`));
    for (const live of lives) clocked.end(clocked.begin(live), 10);
    const running = clocked.begin(lives[0] as LiveRelease);
    for (let i = 0; i < 4; i += 1) {
      clocked.now += 2_000;
      clocked.take(3);
    }
    assert.equal(clocked.signals.size, 1);
    assert.equal(lives[1]?.hinted, undefined);
    clocked.end(running, 10);
    clocked.end(clocked.begin(lives[1] as LiveRelease), 10);
    assert.equal(clocked.signals.size, 2);
  });

  it("counts a preview's calls as its lane's, and no plugin's", () => {
    const clocked = new Clocked();
    clocked.end(clocked.begin(liveOf('a', 'draft')), 10);
    clocked.now += 1;
    assert.equal(clocked.take()[0]?.[0].plugin, undefined);
  });

  it('counts what a call has used that was run before, and then had no executor', () => {
    const clocked = new Clocked();
    clocked.end(clocked.begin(liveOf('a')), 7_000, 0, 0);
    const [[, one] = []] = clocked.take();
    assert.deepEqual([one?.ended, one?.cpuUs], [1, 7_000]);
  });
});
