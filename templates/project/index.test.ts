import { call } from 'nbox:test';
import plugin from './index.ts';
import { priceOf } from './prices.ts';

const ask = (body: unknown) => call(plugin, new Request('http://shop.test/', { method: 'POST', body: JSON.stringify(body) }));

describe('a price', () => {
  it.each([
    [1, 790],
    [9, 7_110],
    [10, 7_110],
  ])('of %d mugs is %d cents', (quantity, totalCents) => {
    expect(priceOf('mug', quantity)?.totalCents).toBe(totalCents);
  });

  it('is what the plugin answers', async () => {
    const response = await ask({ product: 'kettle', quantity: 2 });
    expect(await response.json()).toEqual({ product: 'kettle', quantity: 2, totalCents: 6_980 });
  });
});

describe('what is no request', () => {
  it.each([{ product: 'mug', quantity: 0 }, { product: 'mug' }, { product: '', quantity: 1 }])('is refused: %j', async (body) => {
    expect((await ask(body)).status).toBe(422);
  });

  it('is told what to send instead', async () => {
    expect((await call(plugin, '/')).status).toBe(405);
    expect((await ask({ product: 'anvil', quantity: 1 })).status).toBe(404);
  });
});
