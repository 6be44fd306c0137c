import assert from 'node:assert/strict';
import { defaultSeconds, hintRules } from '../../../host/hints/rules.ts';
import { type Decision, decide, firstMemory, type Memory, type Rules } from '../../../host/hints/scaler.ts';
import { Window } from '../../../host/hints/window.ts';
import { reasonOf } from '../../../host/hints/words.ts';

const { lane, plugin, host } = hintRules(defaultSeconds, 0.7, 4);

/** Ticks of 2 s with a demand each, of calls of 20 ms that are exponential; the last decision. */
class Ticks {
  readonly #window = new Window({ stable: 30, panic: 3 });
  readonly #rules: Rules;
  #memory: Memory;
  now = 0;

  constructor(rules: Rules = lane) {
    this.#rules = rules;
    this.#memory = firstMemory(rules);
  }

  tick(cores: number, { times = 1, waitingMs = 0, present = 1, spread = 2, waitUs = 0 } = {}): Decision {
    let decision: Decision | undefined;
    for (let i = 0; i < times; i += 1) {
      this.now += 2_000;
      const demandUs = Math.round(cores * 2_000_000);
      const ended = demandUs / 20_000;
      const cpuSquaresMs2 = spread * ended * 400;
      this.#window.add({ lengthUs: 2_000_000, arrivals: ended, ended, demandUs, cpuUs: demandUs, cpuSquaresMs2, waitUs, inFlightUs: 0 });
      const { stable, panic, latest } = this.#window;
      decision = decide({ stable, panic, latest, waitingUs: waitingMs * 1_000 }, present, this.#rules, this.#memory, this.now);
      this.#memory = decision.memory;
    }
    return decision as Decision;
  }

  reason(decision: Decision): string {
    return reasonOf(decision, this.#rules, defaultSeconds);
  }
}

describe('decide(windows, present, rules, memory, now)', () => {
  it('wants what the demand takes at the target, and says so', () => {
    const ticks = new Ticks();
    const decision = ticks.tick(1.7, { times: 40 });
    assert.equal(decision.wanted, 3);
    assert.equal(ticks.reason(decision), 'CPU demand 1.7 cores over 60 s, target 70% → 3');
  });

  it('lets many executors be fuller than a few, but not full', () => {
    const wantedAt = (cores: number) => new Ticks().tick(cores, { times: 40 }).wanted;
    assert.deepEqual([0.5, 0.7, 0.71, 6, 12, 40].map(wantedAt), [1, 1, 2, 8, 15, 48]);
  });

  it('leaves more room where calls are unlike', () => {
    assert.equal(new Ticks().tick(5, { times: 40 }).wanted, 7);
    assert.equal(new Ticks().tick(5, { times: 40, spread: 6 }).wanted, 8);
  });

  it('leaves a little more where calls have waited, and says so', () => {
    const ticks = new Ticks();
    // One call waits at any time, on average.
    const decision = ticks.tick(1.3, { times: 40, waitUs: 2_000_000 });
    assert.equal(decision.wanted, 3);
    assert.equal(ticks.reason(decision), 'CPU demand 1.3 cores over 60 s, target 70%; 0.4 more since calls wait → 3');
    assert.equal(new Ticks().tick(1.3, { times: 40 }).wanted, 2);
  });

  it('takes into account what will wait when those are there that it asks for', () => {
    const ticks = new Ticks();
    ticks.tick(2, { times: 40, present: 3 });
    // In the second that the others take to start, 17 s of work more come than three do, and 2 s wait: all that in half a second.
    assert.equal(ticks.tick(20, { waitingMs: 2_000, present: 3 }).surge, 38);
  });

  it('goes up at once where the last tick alone asks for more than is wanted', () => {
    const ticks = new Ticks();
    ticks.tick(2, { times: 40 });
    const decision = ticks.tick(20);
    assert.deepEqual([decision.wanted, decision.over], [24, 'latest']);
    assert.match(ticks.reason(decision), /^CPU demand 20 cores over 2 s, target 85% → 24$/);
  });

  it('adds executors for what waits, and takes them away when it is worked off', () => {
    const ticks = new Ticks();
    ticks.tick(2, { times: 40, present: 3 });
    const busy = ticks.tick(2, { waitingMs: 2_000, present: 3 });
    assert.deepEqual([busy.wanted, busy.surge], [7, 4]);
    assert.match(ticks.reason(busy), /; 2\.0 s of work waiting takes 4 more → 7$/);
    assert.equal(ticks.tick(2, { present: 7 }).wanted, 3);
  });

  it('does not mind what waits for a moment', () => {
    const ticks = new Ticks();
    ticks.tick(2, { times: 40, present: 3 });
    assert.equal(ticks.tick(2, { waitingMs: 500, present: 3 }).wanted, 3);
  });

  it('goes down only when less was needed for all of a while, and to the most of that while', () => {
    const ticks = new Ticks();
    ticks.tick(10, { times: 40 });
    const before = ticks.tick(10).wanted;
    // The stable window takes a minute to see all of it, and the hold another one.
    const held = ticks.tick(1, { times: 31 });
    assert.equal(held.wanted, before);
    assert.match(ticks.reason(held), /2 would do, 13 held for \d+ s more → 13$/);
    assert.ok(ticks.tick(1, { times: 8 }).wanted < before);
    assert.equal(ticks.tick(1, { times: 60 }).wanted, 2);
  });

  it('does not go up for a hundredth more than what is there may have', () => {
    const ticks = new Ticks();
    const { wanted } = ticks.tick(16, { times: 60 });
    // As many as are full at the target, and a little above that.
    const full = (wanted * ticks.tick(16).target * 1.004) as number;
    assert.equal(ticks.tick(full, { times: 31 }).wanted, wanted);
    assert.equal(ticks.tick(full * 1.02, { times: 31 }).wanted, wanted + 1);
  });

  it('leaves no more room for calls that have waited, where none waits any more', () => {
    const ticks = new Ticks();
    ticks.tick(1.3, { times: 20 });
    ticks.tick(1.3, { waitUs: 40_000_000 });
    assert.deepEqual([ticks.tick(1.3).waitRoom, ticks.tick(1.3, { waitUs: 40_000_000 }).waitRoom > 0], [0, true]);
  });

  it('does not go up and down with a load that wavers about a step', () => {
    const ticks = new Ticks();
    ticks.tick(6.2, { times: 60 });
    const wanted = new Set<number>();
    for (let i = 0; i < 300; i += 1) wanted.add(ticks.tick(6.2 + 0.25 * Math.sin(i / 9)).wanted);
    assert.equal(wanted.size, 1);
  });

  it('holds for longer what it has lowered too early, and forgets that again', () => {
    const ticks = new Ticks();
    const cycle = () => {
      ticks.tick(8, { times: 30 });
      return ticks.tick(0.1, { times: 75 });
    };
    const first = cycle();
    assert.equal(first.memory.level, 1);
    const second = cycle();
    assert.equal(second.memory.holdMs, 120_000);
    assert.ok(second.wanted > 1);
    const calm = ticks.tick(0.1, { times: 600 });
    ticks.tick(8, { times: 30 });
    assert.equal(calm.wanted, 1);
    assert.equal(ticks.tick(0.1, { times: 200 }).memory.holdMs, 60_000);
  });

  it('stays within its bounds, and says which it has met', () => {
    const most = new Ticks();
    const much = most.tick(200, { times: 3 });
    assert.deepEqual([much.wanted, much.bound], [64, 'max']);
    assert.match(most.reason(much), /; at most 64 → 64$/);
    const least = new Ticks();
    const none = least.tick(0, { times: 40 });
    assert.deepEqual([none.wanted, none.bound], [1, 'min']);
    assert.equal(least.reason(none), 'no calls for 60 s; at least 1 → 1');
  });

  it('comes to 0 for a plugin that is not called any more, and not before the window is empty', () => {
    const ticks = new Ticks(plugin);
    assert.equal(ticks.tick(0.0001, { times: 40 }).wanted, 1);
    assert.equal(ticks.tick(0, { times: 30 }).wanted, 1);
    const idle = ticks.tick(0, { times: 31 });
    assert.equal(idle.wanted, 0);
    assert.equal(ticks.reason(idle), 'no calls for 60 s → 0');
  });

  it('counts hosts by their processors', () => {
    const ticks = new Ticks(host);
    const decision = ticks.tick(7, { times: 40 });
    assert.equal(decision.wanted, 3);
    assert.equal(ticks.reason(decision), 'CPU demand 7.0 cores over 60 s, target 70% of 4 each → 3');
  });

  it('gives the same for the same, and leaves what it is given as it was', () => {
    const memory = Object.freeze(firstMemory(lane));
    const sums = new Window({ stable: 30, panic: 3 }).stable;
    const windows = Object.freeze({ stable: sums, panic: sums, latest: sums, waitingUs: 5_000_000 });
    assert.deepEqual(decide(windows, 1, lane, memory, 5), decide(windows, 1, lane, memory, 5));
  });
});
