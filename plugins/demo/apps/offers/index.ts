import { Hono } from 'hono';
import { catalogue } from './catalogue.ts';
import { offerPage } from './pages.ts';
import { quoteRequest } from './quote.ts';

const app = new Hono();

app.get('/', (c) => c.json({ offers: catalogue.list().map(({ id, title }) => ({ id, title, href: `offers/${id}` })) }));

app.get('/offers/:id', (c) => {
  const offer = catalogue.find(c.req.param('id'));
  if (offer === undefined) return c.json({ error: 'There is no such offer' }, 404);
  // One address, two forms: a page for people, JSON for programs.
  return c.req.header('accept')?.includes('text/html') ? c.html(offerPage(offer)) : c.json(offer);
});

app.post('/offers/:id/quote', async (c) => {
  const offer = catalogue.find(c.req.param('id'));
  if (offer === undefined) return c.json({ error: 'There is no such offer' }, 404);
  const asked = quoteRequest.safeParse(await c.req.json().catch(() => undefined));
  if (!asked.success) {
    return c.json({ error: 'The request is not valid', issues: asked.error.issues.map(({ path, message }) => ({ path, message })) }, 422);
  }
  return c.json(offer.quote(asked.data.quantity));
});

app.notFound((c) => c.json({ error: `There is nothing at ${c.req.path}` }, 404));

export default app;
