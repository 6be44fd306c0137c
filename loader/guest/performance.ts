/** performance and navigator: the host's coarse clock, and the platform's name. */

import { elapsed, timeOrigin } from './clock.ts';
import { EventTarget } from './event-target.ts';
import { part } from './lazy.ts';
import { asInterface, illegalConstructor, internal, requireArguments, toText } from './webidl.ts';

const timing = () => part<typeof import('./user-timing.ts')>('user-timing.ts');

export class Performance extends EventTarget {
  #brand = true;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
    super();
  }

  get timeOrigin(): number {
    this.#brand;
    return timeOrigin();
  }

  now(): number {
    this.#brand;
    return elapsed();
  }

  toJSON(): { timeOrigin: number } {
    this.#brand;
    return { timeOrigin: timeOrigin() };
  }

  mark(name: string, options?: object): object {
    this.#brand;
    requireArguments(arguments.length, 1, 'Performance.mark');
    return timing().mark(name, options);
  }

  measure(name: string, startOrOptions?: unknown, end?: string): object {
    this.#brand;
    requireArguments(arguments.length, 1, 'Performance.measure');
    return timing().measure(name, startOrOptions, end);
  }

  clearMarks(name?: string): void {
    this.#brand;
    timing().clear('mark', name === undefined ? undefined : toText(name));
  }

  clearMeasures(name?: string): void {
    this.#brand;
    timing().clear('measure', name === undefined ? undefined : toText(name));
  }

  getEntries(): object[] {
    this.#brand;
    return timing().entries();
  }

  getEntriesByName(name: string, type?: string): object[] {
    this.#brand;
    requireArguments(arguments.length, 1, 'Performance.getEntriesByName');
    return timing().entries(toText(name), type === undefined ? undefined : toText(type));
  }

  getEntriesByType(type: string): object[] {
    this.#brand;
    requireArguments(arguments.length, 1, 'Performance.getEntriesByType');
    return timing().entries(undefined, toText(type));
  }
}

export class Navigator {
  #brand = true;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
  }

  get userAgent(): string {
    this.#brand;
    return 'nbox';
  }
}

asInterface(Navigator, 'Navigator', 0);
asInterface(Performance, 'Performance', 0, {
  clearMarks: 0,
  clearMeasures: 0,
  getEntriesByName: 1,
  mark: 1,
  measure: 1,
});

export const navigator = new Navigator(internal);
export const performance = new Performance(internal);
