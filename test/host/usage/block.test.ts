/** host/usage/block.ts, host/usage/bytes.ts */

import assert from 'node:assert/strict';
import { addBlock, type CellSkim, eachSection, encodeBlock, skimCell, type Usage } from '../../../host/usage/block.ts';
import { ByteReader, ByteWriter } from '../../../host/usage/bytes.ts';
import { Cells } from '../../../host/usage/cell.ts';
import { counters } from '../../../host/usage/counters.ts';
import { blockOf, record } from './records.ts';

function read(block: Uint8Array): Usage {
  const usage: Usage = new Map();
  addBlock(block, usage);
  return usage;
}

describe('a block', () => {
  it('brings back what was written, and reading it twice adds it twice', () => {
    const block = blockOf([
      record({ waitUs: 100, wallUs: 400, cpuUs: 90, memoryPeakBytes: 7_000_000 }),
      record({ outcome: 'memory_exceeded', release: 12, interface: 'rpc:Stock.find', initUs: 9 }),
      record({ plugin: 'ä/b/c' }),
    ]);
    const usage = read(block);
    assert.deepEqual([...usage.keys()], ['a/b/c', 'ä/b/c']);
    const named = usage.get('a/b/c')?.list.find(({ release }) => release === 12);
    assert.deepEqual([named?.interface, named?.outcome], ['rpc:Stock.find', 'memory_exceeded']);
    assert.equal(named?.numbers[counters.indexOf('coldStarts')], 1);
    addBlock(block, usage);
    const twice = usage.get('a/b/c')?.list.find(({ release }) => release === 1);
    assert.equal(twice?.numbers[counters.indexOf('calls')], 2);
    assert.equal(twice?.numbers[counters.indexOf('memoryPeakBytes')], 7_000_000);
    assert.equal(twice?.run.total, 2);
    assert.ok(Math.abs((twice?.run.percentile(50) ?? 0) - 300) <= 7);
  });

  it('keeps what is below 0 and what is large', () => {
    const cells = new Cells(4);
    cells.machine().addShare(-12_345, 0, 2 ** 50);
    const [cell] = read(encodeBlock(new Map([['~residual', cells]]))).get('~residual')?.list ?? [];
    assert.equal(cell?.numbers[counters.indexOf('osCpuUs')], -12_345);
    assert.equal(cell?.numbers[counters.indexOf('memoryKibSeconds')], 2 ** 50);
  });

  it('keeps so many releases and interfaces apart, and of the rest the sums and the outcomes', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => record({ release: i + 1, outcome: i % 2 === 0 ? 'ok' : 'aborted' }));
    const list = read(blockOf(many)).get('a/b/c')?.list ?? [];
    assert.equal(list.length, 130);
    assert.equal(
      list.reduce((sum, { numbers }) => sum + (numbers[0] as number), 0),
      1_000,
    );
    assert.deepEqual(
      list.filter(({ release }) => release < 0).map((one) => [one.interface, one.outcome]),
      [
        ['other', 'aborted'],
        ['other', 'ok'],
      ],
    );
  });

  it('that is skimmed tells releases, calls and CPU time as the whole of it does', () => {
    const names = ['fetch', 'queue', 'rpc:Stock.find'];
    const block = blockOf(
      Array.from({ length: 500 }, (_, i) =>
        record({
          ...{ plugin: `a/b/${i % 7}`, release: 1 + (i % 3), interface: names[i % 3] as string, cpuUs: (i * 37) % 90_000 },
          ...{ outcome: i % 5 === 0 ? 'loop_budget_exceeded' : 'ok', waitUs: i, wallUs: i * 400, memoryPeakBytes: i * 1_000_000 },
        }),
      ),
    );
    const skimmed: unknown[] = [];
    const cell: CellSkim = { release: 0, calls: 0, cpuUs: 0 };
    eachSection(block, (plugin, reader, end) => {
      while (reader.at < end) {
        skimCell(reader, cell);
        skimmed.push([plugin, cell.release, cell.calls, cell.cpuUs]);
      }
    });
    const whole = [...read(block)].flatMap(([plugin, { list }]) =>
      list.map(({ release, numbers }) => [plugin, release, numbers[counters.indexOf('calls')], numbers[counters.indexOf('cpuUs')]]),
    );
    assert.ok(whole.length > 30);
    assert.deepEqual(skimmed, whole);
  });

  it('of another version, or cut off, is refused', () => {
    assert.throws(() => read(new Uint8Array([9])), /version 9/);
    const block = blockOf([record()]);
    assert.throws(() => read(block.subarray(0, -30)), RangeError);
    const cell: CellSkim = { release: 0, calls: 0, cpuUs: 0 };
    assert.throws(() => eachSection(block.subarray(0, -30), (_, reader) => skimCell(reader, cell)), RangeError);
    // A section that says it is shorter than its only cell.
    const short = Uint8Array.from(block);
    short[7] = (short[7] as number) - 10;
    assert.throws(() => eachSection(short, (_, reader) => skimCell(reader, cell)), /ends within a cell/);
  });
});

describe('numbers as bytes', () => {
  it('come back as they were', () => {
    const values = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER];
    const writer = new ByteWriter();
    for (const value of values) writer.unsigned(value);
    for (const value of [-1, 5, -(2 ** 40)]) writer.signed(value);
    const reader = new ByteReader(writer.take());
    for (const value of values) assert.equal(reader.unsigned(), value);
    for (const value of [-1, 5, -(2 ** 40)]) assert.equal(reader.signed(), value);
    assert.equal(reader.isAtEnd, true);
  });
});
