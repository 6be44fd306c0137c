/** Functions that make functions: pipelines, memoizing, reducers, currying. */

const compose =
  <T>(...steps: readonly ((value: T) => T)[]) =>
  (value: T) =>
    steps.reduce((result, step) => step(result), value);

const add = (n: number) => (value: number) => value + n;
const times = (n: number) => (value: number) => value * n;
const clamp = (least: number, most: number) => (value: number) => Math.min(most, Math.max(least, value));

function memoized<A, R>(of: (argument: A) => R): (argument: A) => R {
  const known = new Map<A, R>();
  return (argument) => {
    if (!known.has(argument)) known.set(argument, of(argument));
    return known.get(argument) as R;
  };
}

function counter() {
  let count = 0;
  return { up: (by = 1) => (count += by), read: () => count };
}

export default () => {
  const price = compose(add(3), times(2), clamp(0, 500), add(-1));
  const slow = memoized((n: number) => price(n) ** 2);
  const seen = counter();
  const totals = Array.from({ length: 400 }, (_, n) => n)
    .filter((n) => n % 3 !== 0)
    .map((n) => slow(n % 60))
    .reduce<Record<string, number>>((sums, value) => {
      seen.up();
      const key = value > 10_000 ? 'high' : 'low';
      sums[key] = (sums[key] ?? 0) + value;
      return sums;
    }, {});
  return [totals, seen.read()];
};
