/** host/logs/tails.ts and tail.ts */

import assert from 'node:assert/strict';
import { PluginLogs } from '../../../host/logs/plugin-logs.ts';
import type { Tail } from '../../../host/logs/tail.ts';
import { type TailRequest, Tails } from '../../../host/logs/tails.ts';
import { said } from './said.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a tail has said up to now, by events; heartbeats as `beat`. */
class Reader {
  readonly tail: Tail;
  text = '';
  isClosed = false;
  #isNew = true;

  constructor(tail: Tail) {
    this.tail = tail;
    tail.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
    });
    tail.once('close', () => {
      this.isClosed = true;
    });
  }

  /** Takes what has come. */
  async take(): Promise<unknown[]> {
    for (let n = 0; n < 5; n += 1) await turn();
    const events = this.text.split('\n\n').slice(this.#isNew ? 1 : 0, -1);
    if (this.#isNew) assert.match(this.text, /^id: \d+\n\n/);
    this.#isNew = false;
    this.text = '';
    return events.map((event) => {
      const kind = /^event: (.*)$/m.exec(event)?.[1];
      if (kind === undefined) return 'beat';
      const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '');
      return kind === 'line' ? data.text : { [kind]: data.lines ?? data.why ?? data.missed };
    });
  }
}

describe('Tails', () => {
  let now = 0;
  let logs: PluginLogs;
  let tails: Tails;
  beforeEach(() => {
    now = 0;
    logs = new PluginLogs({ now: () => 5, ofOne: { entries: 100, bytes: 10_000_000 } });
    const bounds = { inAll: 3, ofActor: 2, beatMs: 10, stallMs: 100, ageMs: 1_000 };
    tails = new Tails({ logs, elapsed: () => now, bounds });
  });
  afterEach(() => tails.close());

  const open = (request: Partial<TailRequest> = {}) =>
    new Reader(tails.open({ plugin: 'p', actor: 'admin', filter: {}, limit: 2, since: undefined, ...request }));

  it('begins with the last entries that match, and goes on', async () => {
    for (const [text, level] of [
      ['a', 'info'],
      ['b', 'info'],
      ['c', 'debug'],
      ['d', 'info'],
    ] as const)
      logs.write('p', said(text, { level }));
    const reader = open({ filter: { level: 'info' } });
    assert.deepEqual(await reader.take(), ['b', 'd']);
    logs.write('p', said('e'));
    logs.write('q', said('other'));
    logs.write('p', said('f', { level: 'debug' }));
    logs.write('p', { kind: 'dropped', lines: 7 });
    assert.deepEqual(await reader.take(), ['e', { dropped: 7 }]);
  });

  it('goes on behind a sequence number, without a loss and without a repetition', async () => {
    const first = open({ limit: 0 });
    for (const text of ['a', 'b', 'c']) logs.write('p', said(text));
    await turn();
    await turn();
    const ids = [...first.text.matchAll(/^id: (\d+)\nevent/gm)].map(([, id]) => Number(id));
    assert.deepEqual(await open({ since: ids[0] as number }).take(), ['b', 'c']);
  });

  it('tells of a gap where what comes behind the sequence number is gone', async () => {
    const { sequence } = logs.write('p', said('a'));
    for (let n = 0; n < 102; n += 1) logs.write('p', said(String(n)));
    const told = await open({ since: sequence }).take();
    assert.deepEqual(told.slice(0, 2), [{ gap: null }, '2']);
    assert.equal(told.length, 101);
  });

  it('holds nothing for a client that reads slowly, and tells it how much it has missed', async () => {
    const tail = tails.open({ plugin: 'p', actor: 'admin', filter: {}, limit: 0, since: undefined });
    await turn();
    for (let n = 0; n < 500; n += 1) {
      logs.write('p', said(`${n} ${'x'.repeat(8_000)}`));
      if (n % 10 === 0) await turn();
    }
    assert.ok(tail.readableLength < 300_000, `${tail.readableLength}`);
    const reader = new Reader(tail);
    const told = await reader.take();
    const gap = told.find((one): one is { gap: number } => typeof one === 'object') as { gap: number };
    const lines = told.filter((one) => typeof one === 'string');
    assert.equal(lines.length + gap.gap, 500);
    assert.match(lines.at(-1) as string, /^499 /);
  });

  it('cuts off a client that reads nothing', async () => {
    const tail = tails.open({ plugin: 'p', actor: 'admin', filter: {}, limit: 0, since: undefined });
    // Nothing is owed to one that waits.
    tail.read(0);
    await turn();
    now = 99_999;
    assert.equal(tail.stalledMs(), 0);
    for (let n = 0; n < 20; n += 1) logs.write('p', said('x'.repeat(8_000)));
    await turn();
    await turn();
    tails.sweep();
    now += 101;
    tails.sweep();
    await turn();
    assert.equal(tail.destroyed, true);
    assert.equal(tails.size, 0);
  });

  it('gives signs of life, with the place to go on from', async () => {
    const reader = open({ limit: 0, filter: { level: 'error' } });
    const { sequence } = logs.write('p', said('not shown'));
    assert.deepEqual(await reader.take(), []);
    now = 11;
    tails.sweep();
    tails.sweep();
    await turn();
    assert.equal(reader.text, `id: ${sequence}\n\n`);
  });

  it('ends when the plugin is removed, when its time is over, and when the host stops', async () => {
    const [removed, other] = [open(), open({ plugin: 'q' })];
    logs.write('p', said('last words'));
    tails.removed('p');
    logs.forget('p');
    assert.deepEqual(await removed.take(), ['last words', { end: 'removed' }]);
    assert.deepEqual([removed.isClosed, other.isClosed], [true, false]);
    now = 1_001;
    tails.sweep();
    assert.deepEqual((await other.take()).at(-1), { end: 'renew' });
    const last = open();
    tails.close();
    assert.deepEqual(await last.take(), [{ end: 'stopping' }]);
    assert.equal(tails.size, 0);
    assert.throws(() => open(), { code: 'stopping' });
  });

  it('are so many, of one token and in all', async () => {
    const [first] = [open(), open()];
    assert.throws(() => open(), { code: 'too_many_tails' });
    open({ actor: 'someone' });
    assert.throws(() => open({ actor: 'another' }), { code: 'too_many_tails' });
    first?.tail.destroy();
    await turn();
    open();
  });

  it('leave nothing behind of plugins that say nothing', async () => {
    const before = logs.bytes;
    const reader = open({ plugin: 'silent' });
    reader.tail.destroy();
    await turn();
    assert.deepEqual([logs.has('silent'), logs.bytes], [false, before]);
  });
});
