import { call } from 'nbox:test';
import { Offer } from './catalogue.ts';
import app from './index.ts';

const post = (path: string, body: unknown) =>
  call(
    app,
    new Request(`http://shop.test${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  );

describe('a quote', () => {
  const offer = new Offer('pen', 'Pen', [
    { from: 1, cents: 100 },
    { from: 10, cents: 90 },
  ]);

  it.each([
    [1, 100],
    [9, 900],
    [10, 900],
    [100, 9000],
  ])('of %d pens is %d cents', (quantity, totalCents) => {
    expect(offer.quote(quantity)).toMatchObject({ offer: 'pen', quantity, totalCents });
  });
});

describe('the shop', () => {
  it('lists its offers', async () => {
    const response = await call(app, '/');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ offers: expect.arrayContaining([{ id: 'mug', title: 'Enamel mug', href: 'offers/mug' }]) });
  });

  it('has a page for people, and JSON for programs', async () => {
    const page = await call(app, new Request('http://shop.test/offers/kettle', { headers: { accept: 'text/html' } }));
    expect(await page.text()).toContain('<h1>Camping kettle</h1>');
    expect(await (await call(app, '/offers/kettle')).json()).toMatchObject({ id: 'kettle' });
  });

  it('quotes what it is asked for', async () => {
    const response = await post('/offers/mug/quote', { quantity: 12 });
    expect(await response.json()).toEqual({ offer: 'mug', quantity: 12, unitCents: 745, totalCents: 8940 });
  });

  it.each([{ quantity: 0 }, { quantity: 1.5 }, { quantity: '3' }, {}])('refuses $quantity pieces', async (body) => {
    expect((await post('/offers/mug/quote', body)).status).toBe(422);
  });

  it('has nothing elsewhere', async () => {
    expect((await call(app, '/offers/none')).status).toBe(404);
    expect((await call(app, '/nowhere')).status).toBe(404);
  });
});
