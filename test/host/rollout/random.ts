/** Chance that is the same in each run, and what calls cost by it. */

/** mulberry32: numbers from 0 to 1, that excluded. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Box and Muller's. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How calls of a release go: the share that fails, for all or by how many calls there were before, and what one costs. */
export interface Behavior {
  readonly failing: number | ((before: number) => number);
  readonly cost: (random: () => number) => { readonly cpuUs: number; readonly steps: number; readonly latencyUs: number };
}

const lognormal = (median: number, sigma: number, random: () => number) => median * Math.exp(sigma * normal(random));

/** Like what plugins do: most calls are alike, some have much more to do, and any may be held up by the machine. */
export const heavyTailed: Behavior['cost'] = (random) => {
  const isLarge = random() < 0.1;
  const cpuUs = lognormal(isLarge ? 20_000 : 2_000, 0.6, random) + (random() < 0.01 ? 5_000 / (1 - random()) : 0);
  // What it waits for has a tail without a mean.
  const latencyUs = cpuUs + 3_000 / (1 - random());
  return { cpuUs, latencyUs, steps: isLarge ? 100_000 : 8_000 + Math.floor(random() * 4_000) };
};

/** So short that the machine's noise is most of it. */
export const light: Behavior['cost'] = (random) => {
  const cpuUs = lognormal(40, 1.2, random);
  return { cpuUs, latencyUs: cpuUs + lognormal(100, 1.5, random), steps: 30 };
};

/** One that spreads over four orders of magnitude. */
export const wide: Behavior['cost'] = (random) => {
  const cpuUs = lognormal(3_000, 1.6, random);
  return { cpuUs, latencyUs: cpuUs * (1 + random()), steps: Math.floor(cpuUs * 5) };
};

export const times =
  (factor: number, cost: Behavior['cost']): Behavior['cost'] =>
  (random) => {
    const { cpuUs, latencyUs, steps } = cost(random);
    return { cpuUs: cpuUs * factor, latencyUs: latencyUs + cpuUs * (factor - 1), steps: Math.floor(steps * factor) };
  };
