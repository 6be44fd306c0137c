/** When each executor is free, the soonest first: a binary heap. */

export class FreeTimes {
  readonly #times: number[];

  constructor(times: readonly number[]) {
    this.#times = [...times].sort((a, b) => a - b);
  }

  get size(): number {
    return this.#times.length;
  }

  /** Of none: never. */
  get least(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  copy(): FreeTimes {
    return new FreeTimes(this.#times);
  }

  push(time: number): void {
    this.#times.push(time);
    this.#rise(this.#times.length - 1);
  }

  pop(): void {
    const last = this.#times.pop();
    if (last !== undefined && this.#times.length > 0) this.replaceLeast(last);
  }

  replaceLeast(time: number): void {
    const times = this.#times;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= times.length) break;
      const child = left + 1 < times.length && (times[left + 1] as number) < (times[left] as number) ? left + 1 : left;
      if ((times[child] as number) >= time) break;
      times[at] = times[child] as number;
      at = child;
    }
    times[at] = time;
  }

  #rise(from: number): void {
    const times = this.#times;
    const time = times[from] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((times[parent] as number) <= time) break;
      times[at] = times[parent] as number;
      at = parent;
    }
    times[at] = time;
  }
}
