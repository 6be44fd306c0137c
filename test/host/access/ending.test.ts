/** host/access/ending.ts */

import assert from 'node:assert/strict';
import { Ending } from '../../../host/access/ending.ts';

describe('Ending', () => {
  it('tells each watcher once, and those at once who come after it', () => {
    const ending = new Ending();
    const told: string[] = [];
    ending.watch(() => told.push('a'));
    const leave = ending.watch(() => told.push('b'));
    assert.ok(ending.isWatched);
    leave();
    assert.deepEqual([told, ending.isOver], [[], false]);
    ending.end();
    ending.end();
    assert.deepEqual([told, ending.isOver, ending.isWatched], [['a'], true, false]);
    ending.watch(() => told.push('c'));
    assert.deepEqual(told, ['a', 'c']);
  });
});
