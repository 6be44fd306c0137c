/** What usage costs by a price list: in decimals, since binary fractions do not add up as money does. */

import { Decimal } from 'decimal.js';
import type { Cell } from './cell.ts';
import { type Counter, counters } from './counters.ts';
import type { PriceList, PriceName } from './prices.ts';

interface Priced {
  readonly counter: Counter;
  /** So many of the counter's units make one of the price's. */
  readonly per: number;
}

const priced: Readonly<Record<PriceName, Priced>> = {
  callsPerMillion: { counter: 'calls', per: 1e6 },
  cpuSecond: { counter: 'cpuUs', per: 1e6 },
  osCpuSecond: { counter: 'osCpuUs', per: 1e6 },
  memoryGibSecond: { counter: 'memoryKibSeconds', per: 1_048_576 },
  hostCallsPerMillion: { counter: 'hostCalls', per: 1e6 },
  gigabyteIn: { counter: 'bytesIn', per: 1e9 },
  gigabyteOut: { counter: 'bytesOut', per: 1e9 },
};
export const priceNames = Object.keys(priced) as PriceName[];

/** Quantities have 16 digits and prices 30: none is lost. */
const Money = Decimal.clone({ precision: 60 });
/** Behind the point: a millionth of a call's price is still there. */
const digits = 9;

export interface Cost {
  /** By price; only those that are in the list. */
  readonly costs: Readonly<Partial<Record<PriceName, string>>>;
  readonly total: string;
}

/** Each part is rounded to nine digits, half up, and the total is the sum of what is shown. */
export function costOf({ numbers }: Pick<Cell, 'numbers'>, prices: PriceList): Cost {
  const costs: Partial<Record<PriceName, string>> = {};
  let total = new Money(0);
  for (const name of priceNames) {
    const each = prices[name];
    if (each === undefined) continue;
    const { counter, per } = priced[name];
    const quantity = Math.round(numbers[counters.indexOf(counter)] as number);
    const cost = new Money(quantity).times(each).dividedBy(per).toDecimalPlaces(digits, Decimal.ROUND_HALF_UP);
    costs[name] = cost.toFixed();
    total = total.plus(cost);
  }
  return { costs, total: total.toFixed() };
}
