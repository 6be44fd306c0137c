import assert from 'node:assert/strict';
import { GuestTimes, guestAccount } from '../../../host/executor/guest-times.ts';
import { mostUsed } from '../../../host/executor/wire.ts';

const mostGuests = mostUsed.guests;

describe('GuestTimes', () => {
  it('tells each once', () => {
    const times = new GuestTimes();
    const [one, two, three] = [guestAccount(1), guestAccount(2), guestAccount(3)];
    times.add(one, { cpuUs: 10 });
    times.add(two, { cpuUs: 5 });
    times.add(three, { cpuUs: 0 });
    times.add(one, { cpuUs: 7_000 });
    assert.deepEqual(times.take().guests, [
      [1, 7_010],
      [2, 5],
    ]);
    times.add(two, { cpuUs: 3 });
    assert.deepEqual(times.take().guests, [[2, 3]]);
  });

  it('tells of those that have run longest where there are too many, and of the others together', () => {
    const times = new GuestTimes();
    for (let id = 1; id <= mostGuests + 2; id += 1) times.add(guestAccount(id), { cpuUs: id });
    const { guests, othersUs } = times.take();
    assert.deepEqual([guests.length, guests[0], othersUs], [mostGuests, [mostGuests + 2, mostGuests + 2], 3]);
  });

  it('tells what the process and its thread have used', () => {
    const times = new GuestTimes();
    const first = times.take();
    // By this thread's own clock: other threads of the process may be busy, too.
    for (const until = threadUsed() + 30_000; threadUsed() < until; );
    const { cpuUs, threadUs } = times.take();
    assert.ok(cpuUs - first.cpuUs >= 20_000);
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
    const cpuUs = ended();
    const { guests } = times.take();
    assert.deepEqual(guests[0], [-3, cpuUs]);
    assert.ok((guests[0]?.[1] ?? 0) > 5_000);
  });
});

function threadUsed(): number {
  // Asking for the process's brings the thread's clock up to date.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
