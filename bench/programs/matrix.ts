/** Loops within loops over arrays of numbers. */

function multiply(a: readonly number[][], b: readonly number[][]): number[][] {
  const size = a.length;
  const product: number[][] = [];
  for (let i = 0; i < size; i++) {
    const row: number[] = [];
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (a[i]?.[k] ?? 0) * (b[k]?.[j] ?? 0);
      row.push(sum);
    }
    product.push(row);
  }
  return product;
}

const square = (size: number, of: (i: number, j: number) => number) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => of(i, j)));

export default () => {
  const a = square(24, (i, j) => i + j);
  const b = square(24, (i, j) => i - j);
  return multiply(a, b).map((row) => row.reduce((sum, one) => sum + one, 0));
};
