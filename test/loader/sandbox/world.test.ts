/** loader/sandbox/world.ts */

import assert from 'node:assert/strict';
import { NotedWorld, ReplayedWorld, type Tape } from '../../../loader/sandbox/world.ts';

const empty: Tape = { times: [], random: '', drawn: [], turns: [], cut: false };

describe('NotedWorld, and ReplayedWorld of its tape', () => {
  it('give the same clock, randomness and draws in the same order', () => {
    const noted = new NotedWorld();
    const read = (
      world: { now(): number; bytes(length: number): Buffer; draw: NotedWorld['draw'] },
      draw: () => string | Buffer | number,
    ) => [
      ...[world.now(), world.bytes(3).toString('hex'), world.now(), world.draw(draw), world.bytes(70).toString('hex'), world.draw(draw)],
    ];
    let drawn = 0;
    const values = ['text', Buffer.from([1, 2])];
    const first = read(noted, () => values[drawn++] as string | Buffer);
    const replayed = new ReplayedWorld(JSON.parse(JSON.stringify(noted.tape)) as Tape);
    assert.deepEqual(
      read(replayed, () => assert.fail('nothing is drawn anew')),
      first,
    );
  });

  it('note readings of one time once', () => {
    const noted = new NotedWorld();
    for (let i = 0; i < 100_000; i += 1) noted.now();
    const { times, cut } = noted.tape;
    assert.equal(
      times.reduce((sum, value, i) => (i % 2 === 1 ? sum + value : sum), 0),
      100_000,
    );
    assert.ok(times.length < 20_000);
    assert.equal(cut, false);
  });

  it('stop where there is too much, and say so', () => {
    const noted = new NotedWorld();
    noted.bytes(65_000);
    assert.equal(noted.tape.cut, false);
    noted.bytes(600);
    noted.bytes(1);
    const { random, cut } = noted.tape;
    assert.equal(Buffer.from(random, 'base64').length, 65_000, 'what follows the gap would be in its place');
    assert.equal(cut, true);
    const turning = new NotedWorld();
    for (let i = 0; i < 20_000; i += 1) turning.turn(i);
    assert.deepEqual([turning.tape.turns.length, turning.tape.cut], [10_000, true]);
  });

  it('beyond the tape the clock stands and randomness goes on, the same for all', () => {
    const tape = { ...empty, times: [1_000, 1, 2_000, 1], random: Buffer.from('ab').toString('base64') };
    const [one, other] = [new ReplayedWorld(tape), new ReplayedWorld(tape)];
    assert.deepEqual([one.now(), one.now(), one.now(), one.now()], [1_000, 2_000, 2_000, 2_000]);
    assert.equal(one.bytes(2).toString(), 'ab');
    other.bytes(2);
    const beyond = one.bytes(100);
    assert.equal(beyond.length, 100);
    assert.deepEqual(other.bytes(100), beyond);
    assert.notDeepEqual(one.bytes(100), beyond);
    assert.equal(new ReplayedWorld(empty).now(), 0);
    assert.equal(
      one.draw(() => 'anew'),
      'anew',
    );
  });
});
