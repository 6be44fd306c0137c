export interface Price {
  readonly product: string;
  readonly quantity: number;
  readonly totalCents: number;
}

const unitCents: ReadonlyMap<string, number> = new Map([
  ['mug', 790],
  ['kettle', 3_490],
]);

/** @returns undefined where there is no such product */
export function priceOf(product: string, quantity: number): Price | undefined {
  const cents = unitCents.get(product);
  if (cents === undefined) return undefined;
  const discount = quantity >= 10 ? 0.9 : 1;
  return { product, quantity, totalCents: Math.round(cents * quantity * discount) };
}
