/** What the shop sells. Prices are whole cents, so that sums are exact. */

export interface Quote {
  readonly offer: string;
  readonly quantity: number;
  readonly unitCents: number;
  readonly totalCents: number;
}

export class Offer {
  readonly id: string;
  readonly title: string;
  /** From how many pieces which price holds, the smallest number first. */
  readonly prices: readonly { readonly from: number; readonly cents: number }[];

  constructor(id: string, title: string, prices: Offer['prices']) {
    this.id = id;
    this.title = title;
    this.prices = prices;
  }

  quote(quantity: number): Quote {
    const unitCents = this.prices.findLast(({ from }) => from <= quantity)?.cents ?? 0;
    return { offer: this.id, quantity, unitCents, totalCents: unitCents * quantity };
  }
}

const offers = [
  new Offer('mug', 'Enamel mug', [
    { from: 1, cents: 890 },
    { from: 12, cents: 745 },
    { from: 144, cents: 610 },
  ]),
  new Offer('kettle', 'Camping kettle', [
    { from: 1, cents: 3490 },
    { from: 6, cents: 3120 },
  ]),
];

export const catalogue = {
  list: () => offers,
  find: (id: string) => offers.find((offer) => offer.id === id),
};
