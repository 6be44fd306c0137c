/** host/cli/progress.ts */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { megabytes, showProgress } from '../../../host/cli/progress.ts';

function terminal(isTTY: boolean): NodeJS.WriteStream & PassThrough {
  return Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY }) as unknown as NodeJS.WriteStream & PassThrough;
}

describe('showProgress(text)', () => {
  it('writes over its line on a terminal, and takes it away in the end', async () => {
    const stream = terminal(true);
    let done = 0;
    const next = () => {
      done += 1;
      return `done ${done}`;
    };
    const progress = showProgress(next, stream, { quietMs: 0, everyMs: 1 });
    await once(stream, 'readable');
    while (done < 3) await new Promise(setImmediate);
    progress[Symbol.dispose]();
    const shown = stream.read() as string;
    assert.match(shown, /^\r\x1b\[K.*done 1.*\r\x1b\[K.*done 2[\s\S]*\r\x1b\[K$/);
    assert.ok(!shown.includes('\n'));
  });

  it('writes nothing where there is no terminal, or where it is over soon', () => {
    for (const stream of [terminal(false), terminal(true)]) {
      showProgress(() => 'x', stream, { quietMs: 60_000, everyMs: 1 })[Symbol.dispose]();
      assert.equal(stream.read(), null);
    }
  });
});

describe('megabytes(bytes)', () => {
  it('has one digit behind the point', () => assert.equal(megabytes(1_572_864), '1.5 MiB'));
});
