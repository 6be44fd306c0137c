/**
 * Usage of many plugins as bytes: how a second goes to the store, and how every period lies in it. A section for each plugin, behind
 * its name and its length, so that one plugin is found without reading the others; within it, cell after cell, what is not 0.
 */

import { ByteReader, ByteWriter } from './bytes.ts';
import { type Cell, Cells } from './cell.ts';
import { counters, noRelease, peakAt, signedFrom } from './counters.ts';
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
    for (const cell of list) writeCell(section, cell);
    out.text(plugin);
    out.takeFrom(section);
  }
  return out.take();
}

/** @throws RangeError where it is no block that this version knows */
export function* sectionsOf(block: Uint8Array): Generator<Section> {
  const reader = new ByteReader(block);
  const version = reader.unsigned();
  if (version !== formatVersion) throw new RangeError(`a block of version ${version}`);
  while (!reader.isAtEnd) {
    const from = reader.at;
    const plugin = reader.text();
    const length = reader.unsigned();
    const cellsAt = reader.at - from;
    reader.at += length;
    yield { plugin, bytes: block.subarray(from, reader.at), cellsAt };
  }
}

export type FindCell = (release: number, interfaceName: string, outcome: string) => Cell;

/** Adds what a section has to the cells that `find` gives for their names. */
export function addSection({ bytes, cellsAt }: Section, find: FindCell): void {
  const reader = new ByteReader(bytes);
  reader.at = cellsAt;
  while (!reader.isAtEnd) addCell(reader, find);
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

function addCell(reader: ByteReader, find: FindCell): void {
  const release = reader.unsigned() + noRelease;
  const cell = find(release, readName(reader), readName(reader));
  const { numbers } = cell;
  const mask = reader.unsigned();
  for (let i = 0; i < counters.length; i += 1) {
    if ((mask & (1 << i)) === 0) continue;
    const value = i < signedFrom ? reader.unsigned() : reader.signed();
    numbers[i] = i === peakAt ? Math.max(numbers[i] as number, value) : (numbers[i] as number) + value;
  }
  cell.wait.addPairs(reader, reader.unsigned());
  cell.run.addPairs(reader, reader.unsigned());
  cell.cpu.addPairs(reader, reader.unsigned());
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

function writeHistogram(out: ByteWriter, histogram: Histogram): void {
  out.unsigned(histogram.size);
  let last = 0;
  histogram.each((bucket, count) => {
    out.unsigned(bucket - last);
    out.unsigned(count);
    last = bucket;
  });
}
