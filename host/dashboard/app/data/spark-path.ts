/** The form of a small line, in a box of fixed sides that is stretched to what there is room for. */

export const sparkBox = Object.freeze({ width: 100, height: 26 });
/** So that the line's own width is within the box. */
const edge = 1.5;
const head = 2.5;

/** @returns undefined where there are too few values for a line; as SVG's `d` */
export function sparkPath(values: readonly number[]): { readonly line: string; readonly isFlat: boolean } | undefined {
  if (values.length < 2) return undefined;
  const { width, height } = sparkBox;
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  const points = values.map((value, i) => {
    const x = (i / (values.length - 1)) * width;
    const y = height - edge - (most === 0 ? 0 : (value / most) * (height - edge - head));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return { line: `M${points.join('L')}`, isFlat: most === 0 };
}
