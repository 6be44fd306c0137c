/** Finding what was meant by few letters: the palette's search. */

/** Higher is better; `undefined` where the letters are not in the text, in their order. */
export function score(query: string, text: string): number | undefined {
  const [wanted, within] = [query.toLowerCase().replaceAll(/\s+/g, ''), text.toLowerCase()];
  if (wanted === '') return 0;
  const whole = within.indexOf(wanted);
  if (whole >= 0) return 1_000 - whole - within.length / 100 + (isStart(within, whole) ? 200 : 0);
  let points = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = within.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    // Letters one after another, and first letters of words, are what people type.
    points += next === at + 1 ? 10 : isStart(within, next) ? 8 : 1;
    at = next;
  }
  return points - within.length / 100;
}

const isStart = (text: string, at: number): boolean => at === 0 || /[^a-z0-9]/.test(text[at - 1] as string);

export function best<T>(query: string, items: readonly T[], textOf: (item: T) => string, most: number): T[] {
  const found: { item: T; points: number; at: number }[] = [];
  for (const [at, item] of items.entries()) {
    const points = score(query, textOf(item));
    if (points !== undefined) found.push({ item, points, at });
  }
  return found
    .sort((a, b) => b.points - a.points || a.at - b.at)
    .slice(0, most)
    .map(({ item }) => item);
}
