/**
 * How fast the machine computes just now: the same small work again and again, and the CPU time that it took. A processor's CPU time is
 * worth more or less as its clock goes, as what shares its core is busy, and as others' memory fills its caches; two runs' CPU times can be
 * compared by what this has taken in either.
 */

const everyMs = 25;

export class Yardstick {
  #units = 0;
  #us = 0;
  readonly #timer: NodeJS.Timeout;

  /** Whoever makes one ends it. */
  constructor() {
    this.#timer = setInterval(() => this.#measure(), everyMs);
  }

  /** @returns µs of CPU time for one unit of work, since it was made */
  end(): number {
    clearInterval(this.#timer);
    if (this.#units === 0) throw new Error('nothing was measured');
    return this.#us / this.#units;
  }

  #measure(): void {
    const before = cpuUs();
    work();
    this.#us += cpuUs() - before;
    this.#units += 1;
  }
}

/** Some of all that programs do, for a millisecond or so: numbers, strings, objects that live for a moment. */
function work(): number {
  let x = 1;
  for (let i = 0; i < 400_000; i += 1) x = (x * 31 + i) | 0;
  const rows = Array.from({ length: 200 }, (_, i) => ({ id: i ^ x, name: `row ${i}`, tags: [i, i + 1] }));
  return (JSON.parse(JSON.stringify(rows)) as unknown[]).length;
}

function cpuUs(): number {
  // Linux brings the thread's clock up to date when the process's is asked.
  process.cpuUsage();
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
