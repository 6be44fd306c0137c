/** Functions that call themselves: numbers, a tree that is walked, permutations. */

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

interface Category {
  readonly name: string;
  readonly children: readonly Category[];
}

const tree = (depth: number, name: string): Category => ({
  name,
  children: depth === 0 ? [] : [0, 1, 2].map((n) => tree(depth - 1, `${name}.${n}`)),
});

function find({ name, children }: Category, wanted: string): readonly string[] | undefined {
  if (name === wanted) return [name];
  for (const child of children) {
    const path = find(child, wanted);
    if (path !== undefined) return [name, ...path];
  }
  return undefined;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}

const categories = tree(5, 'all');

export default () => [fibonacci(15), find(categories, 'all.2.1.0.2.1')?.length, permutations([1, 2, 3, 4, 5]).length];
