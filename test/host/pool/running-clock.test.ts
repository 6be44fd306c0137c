import assert from 'node:assert/strict';
import { RunningClock } from '../../../host/pool/running-clock.ts';

describe('RunningClock', () => {
  it('goes as other clocks do while the host runs', () => {
    const clock = new RunningClock(1_000);
    for (let now = 1_020; now <= 2_000; now += 20) assert.equal(clock.at(now), now);
    assert.equal(clock.at(2_015), 2_015);
  });

  it('stands still while the host is stopped, but for what a busy event loop may take', () => {
    const clock = new RunningClock(0);
    assert.deepEqual([clock.at(90), clock.at(190), clock.at(890), clock.at(900)], [90, 190, 290, 300]);
  });

  it('goes on in a turn of the event loop that is long, since calls are taken in it', () => {
    const clock = new RunningClock(0);
    for (let now = 0; now <= 900; now += 30) clock.at(now);
    assert.equal(clock.at(900), 900);
  });

  it('knows how long ago something was that came before the stop', () => {
    const clock = new RunningClock(0);
    const since = clock.at(10);
    clock.at(20);
    assert.equal(clock.at(1_020) - since, 110);
    assert.equal(clock.at(1_030) - since, 120);
  });

  it('is asked of what was a moment ago, too', () => {
    const clock = new RunningClock(0);
    clock.at(500);
    assert.equal(clock.at(500) - clock.at(495), 5);
    assert.equal(clock.at(510), 110);
  });
});
