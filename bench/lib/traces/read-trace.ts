/**
 * Traces that others have published: the Azure Functions trace of 2019 (`invocations_per_function_md.anon.d01.csv`: a row for each function,
 * a column for each minute of the day), and any table of `time,value` (seconds, calls per second).
 */

import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { MissingError } from '../missing.ts';
import type { CallTimes, Trace } from './trace.ts';

const azureHead = ['HashOwner', 'HashApp', 'HashFunction', 'Trigger'];
const minutes = 1_440;
/** A week of seconds. */
const mostSeconds = 604_800;

export interface ReadOptions {
  /** The calls' number is scaled, so that they ask for so much on average. */
  readonly cores: number;
  readonly callS: CallTimes;
  readonly seed: number;
}

/** @throws MissingError what is not readable, with the line */
export async function readTrace(file: string, { cores, callS, seed }: ReadOptions): Promise<Trace> {
  const rates = await readRates(file);
  const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length;
  if (mean === 0) throw new MissingError(`${file} has no calls`);
  return {
    ...{ name: basename(file).slice(0, 40), what: `as read, scaled to ${cores} on average`, seconds: rates.length, seed, callS },
    cores: (second) => ((rates[second] as number) / mean) * cores,
  };
}

/** Calls in each second, on any scale. */
async function readRates(file: string): Promise<Float64Array> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  let read: AzureRows | TimeValues | undefined;
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      const cells = line.split(',').map((cell) => cell.trim());
      if (read === undefined) read = cells.length > 2 ? new AzureRows(cells) : new TimeValues(cells);
      else read.add(cells);
    }
    if (read === undefined) throw new MissingError('it is empty');
    return read.rates();
  } catch (error) {
    throw new MissingError(`${file}, line ${number}: ${(error as Error).message}`);
  }
}

/** The sum of all functions' invocations, by the minute. */
class AzureRows {
  readonly #perMinute = new Float64Array(minutes);

  constructor(head: readonly string[]) {
    const expected = [...azureHead, ...Array.from({ length: minutes }, (_, i) => String(i + 1))];
    if (head.length !== expected.length || head.some((cell, i) => cell !== expected[i])) {
      throw new MissingError(
        'this is neither time,value nor the Azure Functions trace of 2019 (HashOwner,HashApp,HashFunction,Trigger,1,…,1440)',
      );
    }
  }

  add(cells: readonly string[]): void {
    if (cells.length !== azureHead.length + minutes)
      throw new MissingError(`it has ${cells.length} cells and not ${azureHead.length + minutes}`);
    for (let i = 0; i < minutes; i += 1) this.#perMinute[i] = (this.#perMinute[i] as number) + count(cells[azureHead.length + i] as string);
  }

  rates(): Float64Array {
    return Float64Array.from({ length: minutes * 60 }, (_, second) => (this.#perMinute[Math.floor(second / 60)] as number) / 60);
  }
}

/** A value holds until the next one's time; the last for as long as the one before it. */
class TimeValues {
  readonly #points: { readonly at: number; readonly value: number }[] = [];

  /** @param first the head, or the first row */
  constructor(first: readonly string[]) {
    if (first.length !== 2) throw new MissingError('this is not time,value');
    if (!Number.isNaN(Number(first[0]))) this.add(first);
  }

  add([time, value, ...more]: readonly string[]): void {
    if (time === undefined || value === undefined || more.length > 0) throw new MissingError('this is not time,value');
    const at = count(time);
    const last = this.#points.at(-1);
    if (last !== undefined && at <= last.at) throw new MissingError(`the time ${time} is not after the one before it`);
    if (at - (this.#points[0]?.at ?? at) >= mostSeconds) throw new MissingError('it is longer than a week');
    this.#points.push({ at, value: count(value) });
  }

  rates(): Float64Array {
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    if (first === undefined || last === undefined || first === last) throw new MissingError('it has less than two rows');
    const step = last.at - (this.#points.at(-2)?.at ?? last.at);
    const rates = new Float64Array(Math.min(mostSeconds, Math.max(1, Math.round(last.at - first.at + step))));
    let next = 0;
    for (let second = 0; second < rates.length; second += 1) {
      while (next + 1 < this.#points.length && (this.#points[next + 1]?.at ?? 0) - first.at <= second) next += 1;
      rates[second] = this.#points[next]?.value ?? 0;
    }
    return rates;
  }
}

function count(cell: string): number {
  const value = cell === '' ? Number.NaN : Number(cell);
  if (!Number.isFinite(value) || value < 0) throw new MissingError(`${JSON.stringify(cell.slice(0, 40))} is no number from 0 on`);
  return value;
}
