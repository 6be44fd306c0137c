/**
 * Usage of many plugins as bytes: how a second goes to the store, and how every period lies in it. A section for each plugin, behind
 * its name and its length, so that one plugin is found without reading the others; within it, cell after cell, what is not 0.
 */

import { ByteReader, ByteWriter } from './bytes.ts';
import { type Cell, Cells } from './cell.ts';
import { callsAt, counters, cpuAt, durations, noRelease, peakAt, signedFrom } from './counters.ts';
import type { Histogram } from './histogram.ts';

const formatVersion = 1;
/** Written as their place, from 1 on; part of the format: more may be added at the end. All others are written out. */
const frequent = ['', 'fetch', 'queue', 'scheduled', 'ok', 'aborted', 'plugin_error', 'deadline_exceeded', 'cpu_exceeded', 'overloaded'];
const places = new Map(frequent.map((text, i) => [text, i + 1]));

/** As many cells as a plugin may have in one period. */
export const mostCells = 512;

export type Usage = Map<string, Cells>;

export interface Section {
  readonly plugin: string;
  /** Of the whole section, its name included. */
  readonly bytes: Uint8Array;
  /** Where its cells begin. */
  readonly cellsAt: number;
}

export function encodeBlock(usage: ReadonlyMap<string, Cells>, untouched: readonly Section[] = []): Uint8Array {
  const out = new ByteWriter();
  out.unsigned(formatVersion);
  for (const { bytes } of untouched) out.raw(bytes);
  const section = new ByteWriter();
  for (const [plugin, { list }] of usage) {
    for (const cell of list) if (!cell.isSpare) writeCell(section, cell);
    out.text(plugin);
    out.takeFrom(section);
  }
  return out.take();
}

/** @throws RangeError where it is no block that this version knows */
export function* sectionsOf(block: Uint8Array): Generator<Section> {
  const reader = opened(block);
  while (!reader.isAtEnd) {
    const from = reader.at;
    const plugin = reader.text();
    const length = reader.unsigned();
    const cellsAt = reader.at - from;
    reader.at += length;
    yield { plugin, bytes: block.subarray(from, reader.at), cellsAt };
  }
}

/**
 * Has each section read where it lies, which is for who reads many of them: nothing is made but its plugin's name.
 * @param read may take cells as long as `reader.at` is below `end`
 * @throws RangeError where it is no block that this version knows
 */
export function eachSection(block: Uint8Array, read: (plugin: string, reader: ByteReader, end: number) => void): void {
  const reader = opened(block);
  while (!reader.isAtEnd) {
    const plugin = reader.text();
    const length = reader.unsigned();
    const end = reader.at + length;
    if (end > block.length) throw new RangeError('the block ends within a section');
    read(plugin, reader, end);
    if (reader.at > end) throw new RangeError('a section ends within a cell');
    reader.at = end;
  }
}

function opened(block: Uint8Array): ByteReader {
  const reader = new ByteReader(block);
  const version = reader.unsigned();
  if (version !== formatVersion) throw new RangeError(`a block of version ${version}`);
  return reader;
}

export type FindCell = (release: number, interfaceName: string, outcome: string) => Cell;

/** Adds what a section has to the cells that `find` gives for their names. */
export function addSection({ bytes, cellsAt }: Section, find: FindCell): void {
  const reader = new ByteReader(bytes);
  reader.at = cellsAt;
  const name = noName();
  while (!reader.isAtEnd) {
    readCellName(reader, name);
    addNumbers(reader, find(name.release, name.interface, name.outcome));
  }
}

/** Adds a block's sections, those of some plugins only where `wanted` says so. */
export function addBlock(block: Uint8Array, usage: Usage, wanted: (plugin: string) => boolean = () => true): void {
  for (const section of sectionsOf(block)) {
    if (!wanted(section.plugin)) continue;
    let cells = usage.get(section.plugin);
    if (cells === undefined) {
      cells = new Cells(mostCells);
      usage.set(section.plugin, cells);
    }
    const into = cells;
    addSection(section, (release, interfaceName, outcome) => into.cell(release, interfaceName, outcome));
  }
}

function writeCell(out: ByteWriter, { release, interface: name, outcome, numbers, wait, run, cpu }: Cell): void {
  out.unsigned(release - noRelease);
  writeName(out, name);
  writeName(out, outcome);
  let mask = 0;
  for (let i = 0; i < numbers.length; i += 1) if (Math.round(numbers[i] as number) !== 0) mask |= 1 << i;
  out.unsigned(mask);
  for (let i = 0; i < numbers.length; i += 1) {
    if ((mask & (1 << i)) === 0) continue;
    if (i < signedFrom) out.unsigned(numbers[i] as number);
    else out.signed(numbers[i] as number);
  }
  for (const histogram of [wait, run, cpu]) writeHistogram(out, histogram);
}

/** What a cell is of. Many are read one after another into the same one. */
export interface CellName {
  release: number;
  interface: string;
  outcome: string;
}

export function noName(): CellName {
  return { release: noRelease, interface: '', outcome: '' };
}

/** Of the next cell; its numbers must be read right after. */
export function readCellName(reader: ByteReader, into: CellName): void {
  into.release = reader.unsigned() + noRelease;
  into.interface = readName(reader);
  into.outcome = readName(reader);
}

/** What is read of a cell where its histograms are of no interest: they are most of it. */
export interface CellSkim {
  release: number;
  calls: number;
  cpuUs: number;
}

/** The next cell, its histograms passed over. */
export function skimCell(reader: ByteReader, into: CellSkim): void {
  into.release = reader.unsigned() + noRelease;
  skipName(reader);
  skipName(reader);
  into.calls = 0;
  into.cpuUs = 0;
  const mask = reader.unsigned();
  for (let i = 0; i < counters.length; i += 1) {
    if ((mask & (1 << i)) === 0) continue;
    const value = reader.unsigned();
    if (i === callsAt) into.calls = value;
    else if (i === cpuAt) into.cpuUs = value;
  }
  for (let i = 0; i < durations.length; i += 1) reader.skip(reader.unsigned() * 2);
}

/** The next cell's counters, its histograms passed over. @returns its outcome; empty of what is no call's */
export function readCounters(reader: ByteReader, into: Float64Array): string {
  reader.unsigned();
  skipName(reader);
  const outcome = readName(reader);
  into.fill(0);
  const mask = reader.unsigned();
  for (let i = 0; i < counters.length; i += 1) {
    if ((mask & (1 << i)) !== 0) into[i] = i < signedFrom ? reader.unsigned() : reader.signed();
  }
  for (let i = 0; i < durations.length; i += 1) reader.skip(reader.unsigned() * 2);
  return outcome;
}

/** What stands behind a cell's name. @returns how many calls were added */
export function addNumbers(reader: ByteReader, cell: Cell): number {
  const { numbers } = cell;
  const before = numbers[callsAt] as number;
  const mask = reader.unsigned();
  for (let i = 0; i < counters.length; i += 1) {
    if ((mask & (1 << i)) === 0) continue;
    const value = i < signedFrom ? reader.unsigned() : reader.signed();
    numbers[i] = i === peakAt ? Math.max(numbers[i] as number, value) : (numbers[i] as number) + value;
  }
  cell.wait.addPairs(reader, reader.unsigned());
  cell.run.addPairs(reader, reader.unsigned());
  cell.cpu.addPairs(reader, reader.unsigned());
  return (numbers[callsAt] as number) - before;
}

function writeName(out: ByteWriter, name: string): void {
  const place = places.get(name) ?? 0;
  out.unsigned(place);
  if (place === 0) out.text(name);
}

function readName(reader: ByteReader): string {
  const place = reader.unsigned();
  return place === 0 ? reader.text() : (frequent[place - 1] ?? 'unknown');
}

function skipName(reader: ByteReader): void {
  if (reader.unsigned() !== 0) return;
  const length = reader.unsigned();
  reader.at += length;
}

function writeHistogram(out: ByteWriter, histogram: Histogram): void {
  out.unsigned(histogram.size);
  let last = 0;
  histogram.each((bucket, count) => {
    out.unsigned(bucket - last);
    out.unsigned(count);
    last = bucket;
  });
}
