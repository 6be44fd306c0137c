import assert from 'node:assert/strict';
import { Penalties } from '../../../loader/language/penalties.ts';

describe('Penalties', () => {
  it('double, up to a minute, and are forgotten', () => {
    let now = 0;
    const penalties = new Penalties(() => now);
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      penalties.note('a');
      waits.push(penalties.wait('a'));
      now += penalties.wait('a') * 1_000;
      assert.equal(penalties.wait('a'), 0);
    }
    assert.deepEqual(waits, [2, 4, 8, 16, 32, 60, 60]);
    now += 600_001;
    penalties.note('a');
    assert.equal(penalties.wait('a'), 2);
    assert.equal(penalties.wait('b'), 0);
  });

  it('are those of a hundred, the latest', () => {
    const penalties = new Penalties(() => 0);
    for (let i = 0; i <= 100; i += 1) penalties.note(`owner ${i}`);
    assert.deepEqual([penalties.wait('owner 0'), penalties.wait('owner 1')], [0, 2]);
  });
});
