import assert from 'node:assert/strict';
import { GuestTimes, guestAccount, mostGuests } from '../../../host/executor/guest-times.ts';

describe('GuestTimes', () => {
  it('tells each once: short stays by the time that passed, long ones by their CPU time', () => {
    const times = new GuestTimes();
    const [one, two] = [guestAccount(1), guestAccount(2)];
    times.add(one, { cpuUs: 10 });
    times.add(two, { cpuUs: 5 });
    times.add(one, { cpuUs: 7_000, longWallUs: 9_000 });
    times.add(one, { cpuUs: 20 });
    const { guests, longWallUs } = times.take();
    assert.deepEqual(guests, [
      [1, 30, 7_000],
      [2, 5, 0],
    ]);
    assert.equal(longWallUs, 9_000);
    times.add(two, { cpuUs: 3 });
    const next = times.take();
    assert.deepEqual([next.guests, next.longWallUs], [[[2, 3, 0]], 0]);
  });

  it('tells of those that have run longest where there are too many, and of the others together', () => {
    const times = new GuestTimes();
    for (let id = 1; id <= mostGuests + 2; id += 1) times.add(guestAccount(id), { cpuUs: id });
    const { guests, others } = times.take();
    assert.deepEqual([guests.length, guests[0], others], [mostGuests, [mostGuests + 2, mostGuests + 2, 0], { shortUs: 3, longUs: 0 }]);
  });

  it('tells what the process and its thread have used', () => {
    const times = new GuestTimes();
    const first = times.take();
    for (const until = process.cpuUsage().user + 30_000; process.cpuUsage().user < until; );
    const { cpuUs, threadUs } = times.take();
    assert.ok(cpuUs - first.cpuUs >= 30_000);
    assert.ok(threadUs >= 20_000 && threadUs <= cpuUs);
  });

  it('is due when it has told nothing for a while', () => {
    const times = new GuestTimes();
    times.take();
    const now = performance.now();
    assert.deepEqual([times.isDue(now), times.isDue(now + 10_000)], [false, true]);
  });

  it('counts what runs in no call', () => {
    const times = new GuestTimes();
    const ended = times.begin(guestAccount(-3));
    for (const until = process.cpuUsage().user + 20_000; process.cpuUsage().user < until; );
    ended();
    const { guests } = times.take();
    assert.equal(guests[0]?.[0], -3);
    assert.ok((guests[0]?.[2] ?? 0) > 5_000);
  });
});
