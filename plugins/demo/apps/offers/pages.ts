import { html } from 'hono/html';
import type { Offer } from './catalogue.ts';

const euros = (cents: number) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')} €`;

/** What stands between the tags is escaped by `html`. */
export const offerPage = (offer: Offer) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${offer.title}</title>
  </head>
  <body>
    <h1>${offer.title}</h1>
    <ul>
      ${offer.prices.map(({ from, cents }) => html`<li>from ${from}: ${euros(cents)}</li>`)}
    </ul>
  </body>
</html>`;
