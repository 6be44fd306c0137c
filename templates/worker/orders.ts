export interface Order {
  readonly id: number;
  readonly cents: number;
}

export function totalCents(orders: readonly Order[]): number {
  return orders.reduce((sum, { cents }) => sum + cents, 0);
}
