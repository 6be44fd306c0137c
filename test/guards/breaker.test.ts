import assert from 'node:assert/strict';
import { Breaker } from '../../guards/breaker.ts';

describe('Breaker', () => {
  it('kill(now) lets two within ten seconds pass, and refuses at the third', () => {
    const breaker = new Breaker();
    assert.deepEqual([breaker.kill(0), breaker.kill(1), breaker.refusedForMs(2)], [false, false, 0]);
    assert.equal(breaker.kill(2), true);
    assert.equal(breaker.refusedForMs(2), 1_000);
    assert.equal(breaker.refusedForMs(1_002), 0);
  });

  it('kill(now) does not add up what is far apart', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 20; i += 1) assert.equal(breaker.kill(i * 6_000), false);
  });

  it('kill(now) after a refusal refuses at once, for twice as long, up to a minute', () => {
    const breaker = new Breaker();
    let now = 0;
    for (let i = 0; i < 3; i += 1) breaker.kill(now);
    const refusals: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      now += breaker.refusedForMs(now) + 1;
      breaker.kill(now);
      refusals.push(breaker.refusedForMs(now));
    }
    assert.deepEqual(refusals, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('kill(now) while it is refused, by calls that had begun before, does not make it longer', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 6; i += 1) breaker.kill(i);
    assert.equal(breaker.refusedForMs(5), 997);
  });

  it('kill(now) after two minutes of peace starts afresh', () => {
    const breaker = new Breaker();
    for (let i = 0; i < 3; i += 1) breaker.kill(i);
    assert.equal(breaker.kill(200_000), false);
  });
});
