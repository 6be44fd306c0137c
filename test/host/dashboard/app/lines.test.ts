import assert from 'node:assert/strict';
import { linesOf } from '../../../../host/dashboard/app/data/lines.ts';

async function* pieces(...all: string[]): AsyncGenerator<string> {
  yield* all;
}

describe('linesOf(pieces, inTurn, rest)', () => {
  let rests: number;
  beforeEach(() => {
    rests = 0;
  });
  const rest = async () => {
    rests += 1;
  };
  const read = async (inTurn: number, ...given: string[]) => {
    const found: string[][] = [];
    for await (const lines of linesOf(pieces(...given), inTurn, rest)) found.push(lines);
    return found;
  };

  it('are the same however the text is cut', async () => {
    const text = '{"a":1}\n{"b":"ä"}\n\n{"c":3}';
    for (let cut = 0; cut <= text.length; cut += 1) {
      assert.deepEqual((await read(9, text.slice(0, cut), text.slice(cut))).flat(), ['{"a":1}', '{"b":"ä"}', '', '{"c":3}']);
    }
    assert.deepEqual(await read(9, ''), []);
    assert.deepEqual((await read(9, 'a\n')).flat(), ['a']);
  });

  it('come some at a time, with a rest between', async () => {
    assert.deepEqual(await read(2, 'a\nb\nc\nd\ne\n'), [['a', 'b'], ['c', 'd'], ['e']]);
    assert.equal(rests, 3);
  });
});
