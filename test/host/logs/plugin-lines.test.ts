/** host/logs/plugin-lines.ts */

import assert from 'node:assert/strict';
import { createLogger } from '../../../host/log.ts';
import type { Entry } from '../../../host/logs/line.ts';
import { PluginLines } from '../../../host/logs/plugin-lines.ts';
import { PluginLogs } from '../../../host/logs/plugin-logs.ts';
import { lineOf, plugin } from './said.ts';

describe('PluginLines', () => {
  let now: number;
  let logged: Record<string, unknown>[];
  let sunk: Entry[];
  let isThere: boolean;
  let logs: PluginLogs;
  let lines: PluginLines;
  beforeEach(() => {
    now = 0;
    isThere = true;
    logged = [];
    sunk = [];
    logs = new PluginLogs({ now: () => 7 });
    const log = createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => void logged.push(JSON.parse(line)) });
    lines = new PluginLines({ log, logs, sink: (_, entry) => void sunk.push(entry), exists: () => isThere, elapsed: () => now });
  });

  const kept = () => logs.page(plugin, {}, 1_000, undefined).entries;

  it('go to the log, to the ring and to the file, under the names that the host knows', () => {
    lines.take(lineOf('hello', { level: 2 }));
    const [entry] = kept();
    assert.deepEqual(
      { ...entry, sequence: 0 },
      {
        ...{ kind: 'line', release: 3, interface: undefined, call: undefined, executor: 2, level: 'warn', text: 'hello' },
        ...{ isCut: false, isLast: false, sequence: 0, at: 7 },
      },
    );
    assert.deepEqual(sunk, [entry]);
    assert.deepEqual([logged[0]?.['plugin'], logged[0]?.['release'], logged[0]?.['msg']], [plugin, 3, 'hello']);
    lines.take(lineOf('draft', { preview: 'abc', number: 0 }));
    lines.take(lineOf('tried', { trial: 'tests' }));
    const names = kept().map((one) => [one.kind === 'line' && one.release, one.preview, one.trial]);
    assert.deepEqual(names.slice(1), [
      [undefined, 'abc', undefined],
      [undefined, undefined, 'tests'],
    ]);
  });

  it('are printable, bounded, and text', () => {
    lines.take(lineOf('\u001b[2J\u202e\u0000'));
    lines.take(lineOf('x'.repeat(8_192)));
    lines.take(lineOf('x'.repeat(8_193)));
    lines.take(lineOf(Buffer.alloc(5_000_000, 'y')));
    lines.take(lineOf('\u001b'.repeat(8_000)));
    lines.take(lineOf(Buffer.from([0xff, 0xfe, 0x41])));
    lines.take(lineOf('odd', { level: 250 }));
    const [escaped, ...rest] = kept().map((one) => (one.kind === 'line' ? one : undefined));
    assert.equal(escaped?.text, '\\u001b[2J\\u202e\\u0000');
    assert.deepEqual(
      rest.map((one) => [one?.text.length, one?.isCut, one?.level]),
      [
        [8_192, false, 'info'],
        [8_192, true, 'info'],
        [8_192, true, 'info'],
        [8_192, true, 'info'],
        [3, false, 'info'],
        [3, false, 'info'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(kept()), /\p{Cc}/u);
  });

  it('are so many a second, and what is beyond is counted where it is missing', () => {
    for (let n = 0; n < 250; n += 1) lines.take(lineOf(String(n)));
    assert.equal(kept().length, 200);
    now = 1_000;
    lines.take(lineOf('after'));
    const [dropped, after] = kept().slice(-2);
    assert.deepEqual([dropped?.kind === 'dropped' && dropped.lines, after?.kind === 'line' && after.text], [50, 'after']);
    assert.equal(logged.at(-1)?.['dropped'], 50);
  });

  it('of great length count for several', () => {
    for (let n = 0; n < 250; n += 1) lines.take(lineOf('x'.repeat(8_192)));
    assert.equal(kept().length, Math.ceil(200 / 9));
  });

  it('tell of a flood that ends in silence, too', () => {
    for (let n = 0; n < 203; n += 1) lines.take(lineOf(String(n), { preview: 'abc' }));
    lines.sweep();
    lines.sweep();
    const { sequence: _, ...last } = kept().at(-1) as Entry;
    assert.deepEqual(last, { kind: 'dropped', preview: 'abc', lines: 3, at: 7 });
    assert.equal(kept().length, 201);
    assert.equal(sunk.length, 201);
  });

  it('of tests and previews take nothing from what the plugin may say', () => {
    for (let n = 0; n < 300; n += 1) lines.take(lineOf('x', { trial: 'tests' }));
    for (let n = 0; n < 300; n += 1) lines.take(lineOf('x', { preview: 'abc' }));
    lines.take(lineOf('live'));
    const last = kept().at(-1);
    assert.equal(last?.kind === 'line' && last.text, 'live');
  });

  it('of a plugin that is gone bring nothing back', () => {
    isThere = false;
    for (let n = 0; n < 300; n += 1) lines.take(lineOf('late'));
    lines.sweep();
    assert.equal(logs.has(plugin), false);
  });
});
