/** host/cli/top/state.ts */

import assert from 'node:assert/strict';
import { chosen, firstState, press, sortKeys, sortLetters, type TopState } from '../../../../host/cli/top/state.ts';
import { row } from './rows.ts';

const rows = { all: 100, shown: 10 };
const key = (name: string, more: { ctrl?: boolean; text?: string } = {}) => ({
  name,
  ctrl: false,
  text: name.length === 1 ? name : '',
  ...more,
});

function pressed(...names: string[]): TopState {
  return names.reduce<TopState>((state, name) => {
    const next = press(state, key(name), rows);
    assert.notEqual(next, 'quit');
    return next as TopState;
  }, firstState);
}

describe('press(state, key, rows)', () => {
  it('quits on q and Ctrl-C, which quits while something is typed, too', () => {
    assert.equal(press(firstState, key('q'), rows), 'quit');
    assert.equal(press(firstState, key('c', { ctrl: true, text: '' }), rows), 'quit');
    assert.equal(press(pressed('/'), key('c', { ctrl: true, text: '' }), rows), 'quit');
    assert.equal(press(pressed('?'), key('q'), rows), 'quit');
  });

  it('sorts by letter, by arrow, and the other way round', () => {
    for (const [letter, sort] of Object.entries(sortLetters)) assert.equal(pressed(letter).sort, sort);
    assert.equal(pressed('right').sort, sortKeys[1]);
    assert.equal(pressed('left').sort, sortKeys.at(-1));
    assert.equal(pressed('r').isReversed, true);
    assert.equal(pressed('r', 'm').isReversed, false);
  });

  it('takes letters for a filter while it is typed, and for keys before and after', () => {
    assert.equal(pressed('/', 'q', 'c').filter, 'qc');
    assert.equal(pressed('/', 'a', 'b', 'backspace').filter, 'a');
    assert.deepEqual([pressed('/', 'a', 'return').typing, pressed('/', 'a', 'return').filter], [undefined, 'a']);
    assert.equal(pressed('/', 'a', 'return', '/', 'b', 'escape').filter, 'a');
    assert.equal(pressed('/', 'a', 'return', 'escape').filter, '');
    const long = pressed('/', ...Array.from({ length: 300 }, () => 'x'));
    assert.equal(long.filter.length, 200);
  });

  it('scrolls no further than there is something', () => {
    assert.equal(pressed('down', 'j').offset, 2);
    assert.equal(pressed('up').offset, 0);
    assert.equal(pressed('pagedown').offset, 10);
    assert.equal(pressed('end').offset, 90);
    assert.equal(pressed('end', 'down').offset, 90);
    assert.equal(pressed('end', 'home').offset, 0);
    assert.equal((press(firstState, key('down'), { all: 3, shown: 10 }) as TopState).offset, 0);
  });

  it('pauses, and shows help until any key', () => {
    assert.equal(pressed(' ').isPaused, true);
    assert.equal(pressed(' ', ' ').isPaused, false);
    assert.equal(pressed('?', 'm').isHelp, false);
    assert.equal(pressed('?', 'm').sort, 'cpu');
    assert.deepEqual(pressed('z'), firstState);
    assert.deepEqual(pressed('constructor'), firstState);
  });
});

describe('chosen(rows, state)', () => {
  const all = [
    row('b/b/b', { cpu: 1, memoryBytes: 5 }),
    row('a/a/a', { cpu: 1, memoryBytes: 9 }),
    row('c/c/c', { cpu: 2, memoryBytes: 1 }),
  ];
  const ids = (state: Partial<TopState>) => chosen(all, { ...firstState, ...state }).map(({ plugin }) => plugin[0]);

  it('has the greatest first, names where they are the same, and can be reversed', () => {
    assert.deepEqual(ids({}), ['c', 'a', 'b']);
    assert.deepEqual(ids({ sort: 'memory' }), ['a', 'b', 'c']);
    assert.deepEqual(ids({ sort: 'name' }), ['a', 'b', 'c']);
    assert.deepEqual(ids({ isReversed: true }), ['b', 'a', 'c']);
  });

  it('has those that pass the filter, and leaves what it was given as it was', () => {
    assert.deepEqual(ids({ filter: 'B/' }), ['b']);
    assert.deepEqual(ids({ filter: 'x' }), []);
    assert.equal(all[0]?.plugin, 'b/b/b');
  });
});
