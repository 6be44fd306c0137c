/** host/logs/plugin-logs.ts, over host/logs/ring.ts and filter.ts */

import assert from 'node:assert/strict';
import { PluginLogs } from '../../../host/logs/plugin-logs.ts';
import { said } from './said.ts';

const texts = (page: { entries: readonly object[] }) => page.entries.map((entry) => ('text' in entry ? entry.text : entry));

function logsOf(bounds: { entries?: number; bytes?: number; mostBytes?: number } = {}): PluginLogs {
  const { entries = 1_000, bytes = 1_000_000, mostBytes = 1_000_000 } = bounds;
  return new PluginLogs({ now: () => 5, ofOne: { entries, bytes }, mostBytes });
}

describe('PluginLogs', () => {
  it('page() gives the last entries, in their order', () => {
    const logs = logsOf();
    for (const text of ['a', 'b', 'c']) logs.write('p', said(text));
    assert.deepEqual(texts(logs.page('p', {}, 2, undefined)), ['b', 'c']);
    assert.deepEqual(texts(logs.page('p', {}, 0, undefined)), []);
    assert.deepEqual(texts(logs.page('q', {}, 2, undefined)), []);
  });

  it('page() is read on from `next`, however few are asked for', () => {
    const logs = logsOf();
    let { next } = logs.page('p', {}, 2, undefined);
    for (const text of ['a', 'b', 'c', 'd', 'e']) logs.write('p', said(text, { level: text === 'c' ? 'debug' : 'info' }));
    logs.write('q', said('other'));
    const found: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      const page = logs.page('p', { level: 'info' }, 2, next);
      assert.equal(page.isGone, false);
      found.push(...texts(page));
      next = page.next;
    }
    assert.deepEqual(found, ['a', 'b', 'd', 'e']);
  });

  it('page() filters by level, release, preview, call and text', () => {
    const logs = logsOf();
    logs.write('p', said('one', { level: 'debug', call: 'x' }));
    logs.write('p', said('two', { level: 'error', release: 2 }));
    const { release: _, ...unnumbered } = said('three') as { release?: number } & ReturnType<typeof said>;
    logs.write('p', { ...unnumbered, preview: 'abc' });
    const found = (filter: Parameters<PluginLogs['page']>[1]) => texts(logs.page('p', filter, 10, undefined));
    assert.deepEqual(found({ level: 'info' }), ['two', 'three']);
    assert.deepEqual(found({ level: 'error' }), ['two']);
    assert.deepEqual(found({ release: 2 }), ['two']);
    assert.deepEqual(found({ preview: 'abc' }), ['three']);
    assert.deepEqual(found({ call: 'x' }), ['one']);
    assert.deepEqual(found({ contains: 'hre' }), ['three']);
    logs.write('p', { ...unnumbered, text: 'four', trial: 'replay', preview: 'abc' });
    assert.deepEqual(
      [found({ from: 'live' }), found({ from: 'previews' }), found({ from: 'replay' })],
      [['one', 'two'], ['three'], ['four']],
    );
  });

  it('page() tells of dropped lines to whoever could have been shown one of them', () => {
    const logs = logsOf();
    logs.write('p', { kind: 'dropped', lines: 3 });
    logs.write('p', { kind: 'dropped', lines: 4, preview: 'abc' });
    const found = (filter: Parameters<PluginLogs['page']>[1]) =>
      logs.page('p', filter, 10, undefined).entries.map((entry) => entry.kind === 'dropped' && entry.lines);
    assert.deepEqual(found({ level: 'error', call: 'x' }), [3, 4]);
    assert.deepEqual(found({ release: 1 }), [3]);
    assert.deepEqual(found({ preview: 'abc' }), [4]);
  });

  it('keeps so many entries and bytes of a plugin, and says what has gone', () => {
    const logs = logsOf({ entries: 3 });
    const first = logs.write('p', said('1')).sequence;
    for (let n = 2; n <= 700; n += 1) logs.write('p', said(String(n)));
    assert.deepEqual(texts(logs.page('p', {}, 10, undefined)), ['698', '699', '700']);
    assert.deepEqual(
      [logs.page('p', {}, 10, first).isGone, logs.page('p', {}, 10, first + 695).isGone, logs.page('p', {}, 10, first + 696).isGone],
      [true, true, false],
    );
    const small = logsOf({ bytes: 30_000 });
    for (let n = 0; n < 9; n += 1) small.write('p', said(`${n}`.repeat(5_000)));
    assert.equal(small.page('p', {}, 10, undefined).entries.length, 2);
    assert.ok(small.bytes <= 30_000, `${small.bytes}`);
  });

  it('keeps so many bytes in all: the plugin that has said nothing for longest goes first, and its loss is told', () => {
    const logs = logsOf({ mostBytes: 40_000 });
    const { sequence } = logs.write('a', said('x'.repeat(8_000)));
    logs.write('b', said('x'.repeat(8_000)));
    logs.write('a', said('still there'));
    logs.write('c', said('x'.repeat(8_000)));
    assert.deepEqual([logs.has('a'), logs.has('b'), logs.has('c')], [true, false, true]);
    assert.ok(logs.bytes <= 40_000, `${logs.bytes}`);
    assert.equal(logs.page('a', {}, 10, sequence).isGone, false);
    assert.equal(logs.page('b', {}, 10, sequence).isGone, true);
    logs.write('b', said('again'));
    assert.equal(logs.page('b', {}, 10, sequence).isGone, true);
  });

  it('counts nothing that is gone', () => {
    const logs = logsOf();
    for (let n = 0; n < 2_000; n += 1) logs.write(`p${n % 3}`, said('x'.repeat(n % 50)));
    for (const plugin of ['p0', 'p1', 'p2']) logs.forget(plugin);
    assert.equal(logs.bytes, 0);
    assert.equal(logs.has('p0'), false);
  });

  it('numbers go on when the host is started again, and what was before it is told to be gone', () => {
    const before = new PluginLogs({ now: () => 1_000 }).write('p', said('a')).sequence;
    const after = new PluginLogs({ now: () => 1_001 });
    const { sequence } = after.write('p', said('b'));
    assert.ok(sequence > before);
    assert.equal(after.page('p', {}, 10, before).isGone, true);
    // A clock that was set back.
    const page = after.page('p', {}, 10, sequence + 1_000_000);
    assert.deepEqual([page.isGone, texts(page)], [true, ['b']]);
  });
});
