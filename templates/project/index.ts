import type { Handler } from 'nbox';
import { priceOf } from './prices.ts';
import { priceRequest } from './request.ts';

export default {
  async fetch(request) {
    if (request.method !== 'POST') return Response.json({ error: 'POST a product and a quantity' }, { status: 405 });
    const asked = priceRequest.safeParse(await request.json().catch(() => undefined));
    if (!asked.success) {
      const issues = asked.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
      return Response.json({ error: 'The request is not valid', issues }, { status: 422 });
    }
    const price = priceOf(asked.data.product, asked.data.quantity);
    return price === undefined ? Response.json({ error: 'There is no such product' }, { status: 404 }) : Response.json(price);
  },
} satisfies Handler;
