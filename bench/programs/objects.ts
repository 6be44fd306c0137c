/** The bread of business code: records in, records out. */

interface Line {
  readonly sku: string;
  readonly quantity: number;
  readonly cents: number;
}

interface Order {
  readonly id: string;
  readonly customer: { readonly tier: 'gold' | 'silver' | 'none'; readonly country: string };
  readonly lines: readonly Line[];
}

const discounts: Record<Order['customer']['tier'], number> = { gold: 0.1, silver: 0.05, none: 0 };
const vat: Record<string, number> = { DE: 0.19, FR: 0.2, NL: 0.21 };

const orders: readonly Order[] = Array.from({ length: 60 }, (_, n) => ({
  id: `order-${n}`,
  customer: { tier: (['gold', 'silver', 'none'] as const)[n % 3] ?? 'none', country: ['DE', 'FR', 'NL', 'US'][n % 4] ?? 'US' },
  lines: Array.from({ length: 1 + (n % 7) }, (_, k) => ({
    sku: `sku-${(n * 7 + k) % 40}`,
    quantity: 1 + (k % 3),
    cents: 199 + n * 13 + k,
  })),
}));

function price({ id, customer, lines }: Order) {
  let net = 0;
  for (const { quantity, cents } of lines) net += quantity * cents;
  const discount = Math.round(net * discounts[customer.tier]);
  const tax = Math.round((net - discount) * (vat[customer.country] ?? 0));
  return { id, net, discount, tax, total: net - discount + tax };
}

export default () => {
  const totals: Record<string, { orders: number; total: number }> = {};
  const sold = new Map<string, number>();
  for (const order of orders) {
    const { total } = price(order);
    const key = `${order.customer.country}/${order.customer.tier}`;
    totals[key] ??= { orders: 0, total: 0 };
    const sum = totals[key];
    if (sum !== undefined) {
      sum.orders += 1;
      sum.total += total;
    }
    for (const { sku, quantity } of order.lines) sold.set(sku, (sold.get(sku) ?? 0) + quantity);
  }
  return { totals: { ...totals }, best: [...sold].sort((a, b) => b[1] - a[1]).slice(0, 5) };
};
