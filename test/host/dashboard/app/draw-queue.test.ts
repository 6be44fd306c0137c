import assert from 'node:assert/strict';
import { DrawQueue } from '../../../../host/dashboard/app/parts/draw-queue.ts';

describe('DrawQueue', () => {
  let turns: (() => void)[];
  let queue: DrawQueue;
  let drawn: string[];
  beforeEach(() => {
    turns = [];
    drawn = [];
    queue = new DrawQueue((work) => turns.push(work));
  });
  const draw = (name: string) => () => void drawn.push(name);
  const turn = () => (turns.shift() ?? assert.fail('nothing is due'))();

  it('draws one in a turn, in the order in which they asked, and of what one asks the last', () => {
    const [a, b] = [{}, {}];
    queue.ask(a, draw('a1'));
    queue.ask(b, draw('b'));
    queue.ask(a, draw('a2'));
    assert.deepEqual(drawn, []);
    turn();
    assert.deepEqual(drawn, ['a2']);
    turn();
    assert.deepEqual(drawn, ['a2', 'b']);
    assert.equal(turns.length, 0);
    queue.ask(b, draw('b2'));
    turn();
    assert.deepEqual(drawn, ['a2', 'b', 'b2']);
  });

  it('draws nothing for who is gone, and others after one that throws', () => {
    const [a, b, c] = [{}, {}, {}];
    queue.ask(a, () => {
      throw new Error('a');
    });
    queue.ask(b, draw('b'));
    queue.ask(c, draw('c'));
    assert.throws(turn, /a/);
    queue.forget(b);
    turn();
    assert.deepEqual(drawn, ['c']);
    assert.equal(turns.length, 0);
  });
});
