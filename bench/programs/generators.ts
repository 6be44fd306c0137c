/** Generators, and functions that wait. */

function* range(from: number, to: number): Generator<number> {
  for (let n = from; n < to; n++) yield n;
}

function* pairs<T>(items: Iterable<T>): Generator<[T, T]> {
  let last: T | undefined;
  for (const item of items) {
    if (last === undefined) last = item;
    else {
      yield [last, item];
      last = undefined;
    }
  }
}

async function total(numbers: Iterable<number>): Promise<number> {
  let sum = 0;
  for (const n of numbers) sum += await Promise.resolve(n);
  return sum;
}

async function* paged(pages: number): AsyncGenerator<number[]> {
  for (let page = 0; page < pages; page++) yield [...range(page * 10, page * 10 + 10)];
}

export default async () => {
  let products = 0;
  for (const [a, b] of pairs(range(1, 400))) products += a * b;
  let items = 0;
  for await (const page of paged(20)) items += page.length;
  return [products, await total(range(0, 100)), items];
};
