import assert from 'node:assert/strict';
import { Turns } from '../../host/turns.ts';

describe('Turns', () => {
  const never = new AbortController().signal;

  it('take(signal) has the others wait, and serves them in their order', async () => {
    const turns = new Turns(2);
    const served: number[] = [];
    const taken = [0, 1, 2, 3].map(async (number) => {
      const turn = await turns.take(never);
      served.push(number);
      return turn;
    });
    const [first, second] = [await taken[0], await taken[1]];
    assert.deepEqual(served, [0, 1]);
    second?.[Symbol.dispose]();
    (await taken[2])?.[Symbol.dispose]();
    await taken[3];
    assert.deepEqual(served, [0, 1, 2, 3]);
    first?.[Symbol.dispose]();
    await turns.take(never);
  });

  it('take(signal) throws the reason of a signal that aborts, and leaves the line', async () => {
    const turns = new Turns(1);
    const first = await turns.take(never);
    const controller = new AbortController();
    const left = turns.take(controller.signal);
    const third = turns.take(never);
    controller.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    await assert.rejects(turns.take(AbortSignal.abort(new Error('before'))), /before/);
    first[Symbol.dispose]();
    await third;
  });
});
