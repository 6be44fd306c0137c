/** host/logs/log-file.ts */

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile, type LogFileOptions } from '../../../host/logs/log-file.ts';
import { PluginLogs } from '../../../host/logs/plugin-logs.ts';
import { quietLog, TempDir } from '../doubles.ts';
import { said } from './said.ts';

describe('LogFile', () => {
  let temp: TempDir;
  let now = 0;
  const logs = new PluginLogs({ now: () => 1_700_000_000_000 });
  beforeEach(() => {
    temp = new TempDir();
    now = 0;
  });
  afterEach(() => temp[Symbol.dispose]());

  const folder = () => join(temp.path, 'logs');
  const path = () => join(folder(), 'plugins.log');
  const open = (options: Partial<LogFileOptions> = {}) => {
    mkdirSync(folder(), { recursive: true });
    return LogFile.open({ path: path(), mostBytes: 1_048_576, count: 3, log: quietLog, elapsed: () => now, ...options });
  };
  const write = (file: LogFile, text: string) => file.write('demo/hello/world', logs.write('demo/hello/world', said(text)));
  const lines = (name = path()) => {
    const text = readFileSync(name, 'utf8');
    assert.equal(text.at(-1), '\n');
    return text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  /** Resolves when the disk has been tried. */
  const tried = async (file: LogFile, dropped: number) => {
    while (file.dropped < dropped) await new Promise(setImmediate);
  };

  it('has a line of JSON for each entry, in order, and is for its owner alone', async () => {
    const file = await open();
    for (let n = 0; n < 500; n += 1) write(file, `line ${n}\nand its second`);
    await file.close();
    const all = lines();
    assert.equal(all.length, 500);
    const { sequence, ...first } = all[0];
    assert.ok(sequence > 1_700_000_000_000_000);
    assert.deepEqual(first, {
      ...{ plugin: 'demo/hello/world', kind: 'line', at: '2023-11-14T22:13:20.000Z', release: 1, preview: null, for: null },
      ...{ interface: 'fetch', call: 'a-call', executor: 1, level: 'info', text: 'line 0\nand its second', cut: false, last: false },
    });
    assert.equal(all[499].text, 'line 499\nand its second');
    assert.equal(statSync(path()).mode & 0o777, 0o600);
  });

  it('goes on with a file that is there, makes it private, and ends a line that was left without its end', async () => {
    temp.write('logs/plugins.log', '{"whole":1}\n{"half":');
    chmodSync(path(), 0o644);
    const file = await open();
    write(file, 'a');
    await file.close();
    const text = readFileSync(path(), 'utf8').split('\n');
    assert.deepEqual(text.slice(0, 2), ['{"whole":1}', '{"half":']);
    assert.equal(JSON.parse(text[2] as string).text, 'a');
    assert.equal(statSync(path()).mode & 0o777, 0o600);
    const again = await open();
    write(again, 'b');
    await again.close();
    assert.equal(readFileSync(path(), 'utf8').split('\n').length, 5);
  });

  it('is followed by others, none of them too large, and so many at most', async () => {
    const file = await open({ mostBytes: 10_000 });
    for (let n = 0; n < 300; n += 1) {
      write(file, `${n}`.padEnd(200));
      if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await file.close();
    assert.deepEqual(readdirSync(folder()).sort(), ['plugins.log', 'plugins.log.1', 'plugins.log.2']);
    const all = ['.2', '.1', ''].flatMap((end) => {
      assert.ok(statSync(path() + end).size <= 10_000);
      return lines(path() + end).map(({ text }) => Number(text));
    });
    assert.deepEqual(
      all,
      Array.from({ length: all.length }, (_, n) => 300 - all.length + n),
    );
    assert.equal(file.dropped, 0);
  });

  it('is one file only where there may be one', async () => {
    const file = await open({ mostBytes: 5_000, count: 1 });
    for (let n = 0; n < 100; n += 1) write(file, `${n}`.padEnd(200));
    await file.close();
    assert.deepEqual(readdirSync(folder()), ['plugins.log']);
    assert.equal(Number(lines().at(-1).text), 99);
  });

  it('counts what the disk does not take, leaves it alone for a while, and tells in the file', async () => {
    const file = await open({ mostBytes: 1_000 });
    write(file, 'x'.repeat(900));
    rmSync(folder(), { recursive: true });
    write(file, 'no room for this one');
    await tried(file, 1);
    mkdirSync(folder());
    write(file, 'too early');
    for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
    assert.equal(existsSync(path()), false);
    now = 5_000;
    write(file, 'there again');
    await file.close();
    const [lost, ...rest] = lines();
    assert.deepEqual(lost, { kind: 'lost', lines: 1 });
    assert.deepEqual(
      rest.map(({ text }) => text),
      ['too early', 'there again'],
    );
  });

  it('holds so much of what the disk has not taken, and counts the rest', async () => {
    const file = await open({ queueBytes: 3_000 });
    for (let n = 0; n < 100; n += 1) write(file, 'x'.repeat(1_000));
    assert.equal(file.dropped, 97);
    await file.close();
    const all = lines();
    assert.deepEqual(all[0], { kind: 'lost', lines: 97 });
    assert.deepEqual([all.length, file.dropped], [4, 0]);
    write(file, 'too late');
    assert.equal(lines().length, 4);
  });

  for (const [title, goOn] of [
    ['a line comes for which it has no room', (file: LogFile) => write(file, 'no room')],
    ['it looks again without any line', (file: LogFile) => file.retry()],
  ] as const) {
    it(`goes on after a failure with which its queue was full, when ${title}`, async () => {
      const file = await open({ mostBytes: 1_000, queueBytes: 3_000 });
      rmSync(folder(), { recursive: true });
      for (let n = 0; n < 2; n += 1) write(file, 'x'.repeat(900));
      await tried(file, 1);
      for (let n = 0; n < 20; n += 1) write(file, 'x'.repeat(900));
      mkdirSync(folder());
      now = 5_000;
      goOn(file);
      while (!existsSync(path())) await new Promise(setImmediate);
      await file.close();
      assert.equal(file.dropped, 0);
    });
  }

  it('may be no link and no folder', async () => {
    mkdirSync(folder());
    symlinkSync(join(temp.path, 'elsewhere'), path());
    await assert.rejects(open(), { code: 'ELOOP' });
    rmSync(path());
    mkdirSync(path());
    await assert.rejects(open(), { code: 'EISDIR' });
  });
});
