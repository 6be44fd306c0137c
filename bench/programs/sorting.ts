/** Sorting: the engine's with a comparison, and one of its own. */

function numbers(count: number): number[] {
  const list: number[] = [];
  let seed = 42;
  for (let i = 0; i < count; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    list.push(seed % 10_000);
  }
  return list;
}

function quicksort(list: number[], from = 0, to = list.length - 1): void {
  while (from < to) {
    const pivot = list[(from + to) >> 1] as number;
    let low = from;
    let high = to;
    while (low <= high) {
      while ((list[low] as number) < pivot) low++;
      while ((list[high] as number) > pivot) high--;
      if (low <= high) {
        const swap = list[low] as number;
        list[low++] = list[high] as number;
        list[high--] = swap;
      }
    }
    quicksort(list, from, high);
    from = low;
  }
}

export default () => {
  const own = numbers(800);
  quicksort(own);
  const named = numbers(300).map((size, i) => ({ name: `n${i % 50}`, size }));
  named.sort((a, b) => a.size - b.size || a.name.localeCompare(b.name));
  return [own[0], own[799], named[0]?.size];
};
