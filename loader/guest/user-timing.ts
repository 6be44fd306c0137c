/** User Timing: marks and measures on the timeline of `performance`. */

import { elapsed } from './clock.ts';
import { DOMException } from './dom-exception.ts';
import { part } from './lazy.ts';
import { push, sliceArray, sortArray, splice } from './primordials.ts';
import { asInterface, illegalConstructor, internal, requireArguments, toDictionary, toText } from './webidl.ts';

export class PerformanceEntry {
  readonly #name: string;
  readonly #type: string;
  readonly #startTime: number;
  readonly #duration: number;

  constructor(key?: symbol, name = '', type = '', startTime = 0, duration = 0) {
    if (key !== internal) illegalConstructor();
    this.#name = name;
    this.#type = type;
    this.#startTime = startTime;
    this.#duration = duration;
  }

  get name(): string {
    return this.#name;
  }

  get entryType(): string {
    return this.#type;
  }

  get startTime(): number {
    return this.#startTime;
  }

  get duration(): number {
    return this.#duration;
  }

  toJSON(): object {
    return { name: this.#name, entryType: this.#type, startTime: this.#startTime, duration: this.#duration };
  }
}

interface MarkOptions {
  detail?: unknown;
  startTime?: number;
}

function copyOf(detail: unknown): unknown {
  if (detail === undefined || detail === null) return null;
  return part<typeof import('./structured-clone.ts')>('structured-clone.ts').structuredClone(detail);
}

/** A DOMHighResTimeStamp. */
function timeOf(value: unknown): number {
  const time = +(value as number);
  if (time !== time || time === Infinity || time === -Infinity) throw new TypeError('A time must be a finite number');
  return time;
}

function momentOf(value: unknown): number {
  const time = timeOf(value);
  if (time < 0) throw new TypeError('A time cannot be negative');
  return time;
}

export class PerformanceMark extends PerformanceEntry {
  readonly #detail: unknown;

  constructor(markName: string, markOptions?: MarkOptions) {
    requireArguments(arguments.length, 1, 'PerformanceMark');
    const name = toText(markName);
    const options = toDictionary(markOptions, 'The options of a mark');
    const detail = options?.detail;
    const given = options?.startTime;
    super(internal, name, 'mark', given === undefined ? elapsed() : momentOf(given), 0);
    this.#detail = copyOf(detail);
  }

  get detail(): unknown {
    return this.#detail;
  }
}

export class PerformanceMeasure extends PerformanceEntry {
  readonly #detail: unknown;

  constructor(key?: symbol, name = '', startTime = 0, duration = 0, detail: unknown = null) {
    super(key, name, 'measure', startTime, duration);
    this.#detail = detail;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

const timeline: PerformanceEntry[] = [];

export function mark(name: string, options: MarkOptions | undefined): PerformanceMark {
  const entry = new PerformanceMark(name, options);
  push(timeline, entry);
  return entry;
}

/** When a mark was set last, or the time that is given instead of a mark. */
function resolve(moment: unknown): number {
  if (typeof moment === 'number') return momentOf(moment);
  const name = toText(moment);
  for (let index = timeline.length - 1; index >= 0; index -= 1) {
    const entry = timeline[index] as PerformanceEntry;
    if (entry.entryType === 'mark' && entry.name === name) return entry.startTime;
  }
  throw new DOMException('There is no mark ' + name, 'SyntaxError');
}

const moment = (value: unknown): unknown => (value === undefined || typeof value === 'number' ? value : toText(value));

export function measure(measureName: string, startOrOptions: unknown, endMark: unknown): PerformanceMeasure {
  const name = toText(measureName);
  const isDictionary =
    startOrOptions === undefined || startOrOptions === null || typeof startOrOptions === 'object' || typeof startOrOptions === 'function';
  const given = isDictionary ? ((startOrOptions ?? {}) as Record<string, unknown>) : undefined;
  const detail = given?.['detail'];
  const duration = given?.['duration'] === undefined ? undefined : timeOf(given['duration']);
  const end = moment(given?.['end']);
  const start = moment(given?.['start']);
  if (detail !== undefined || duration !== undefined || end !== undefined || start !== undefined) {
    if (endMark !== undefined) throw new TypeError('The end of a measure is given twice');
    if (start === undefined && end === undefined) throw new TypeError('A measure needs a start or an end');
    if (start !== undefined && end !== undefined && duration !== undefined)
      throw new TypeError('A measure has a start and an end, or one of them and a duration');
  }
  let endTime: number;
  if (endMark !== undefined) endTime = resolve(toText(endMark));
  else if (end !== undefined) endTime = resolve(end);
  else if (start !== undefined && duration !== undefined) endTime = resolve(start) + duration;
  else endTime = elapsed();
  let startTime = 0;
  if (start !== undefined) startTime = resolve(start);
  else if (duration !== undefined && end !== undefined) startTime = endTime - duration;
  else if (!isDictionary) startTime = resolve(toText(startOrOptions));
  const entry = new PerformanceMeasure(internal, name, startTime, endTime - startTime, copyOf(detail));
  push(timeline, entry);
  return entry;
}

/** @param name `undefined`: all of the type */
export function clear(type: 'mark' | 'measure', name: string | undefined): void {
  for (let index = timeline.length - 1; index >= 0; index -= 1) {
    const entry = timeline[index] as PerformanceEntry;
    if (entry.entryType === type && (name === undefined || entry.name === name)) splice(timeline, index, 1);
  }
}

/** In the order of their start. */
export function entries(name?: string, type?: string): PerformanceEntry[] {
  const found: PerformanceEntry[] = [];
  const all = sortArray(sliceArray(timeline), (a, b) => a.startTime - b.startTime);
  for (let index = 0; index < all.length; index += 1) {
    const entry = all[index] as PerformanceEntry;
    if ((name === undefined || entry.name === name) && (type === undefined || entry.entryType === type)) push(found, entry);
  }
  return found;
}

asInterface(PerformanceEntry, 'PerformanceEntry', 0);
asInterface(PerformanceMark, 'PerformanceMark', 1);
asInterface(PerformanceMeasure, 'PerformanceMeasure', 0);
