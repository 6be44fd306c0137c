/** A request to a Hono app: middleware, a route with a parameter, a query, JSON. */

import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';

const app = new Hono();
app.use(cors(), secureHeaders());
app.use(async (context, next) => {
  await next();
  context.header('x-answered-by', 'offers');
});
for (let n = 0; n < 30; n++) app.get(`/section-${n}/:id`, (context) => context.text(context.req.param('id')));
app.get('/offers/:id', (context) => {
  const { id } = context.req.param();
  const fields = context.req.query('fields')?.split(',') ?? [];
  return context.json({ id, fields, at: new URL(context.req.url).pathname });
});

export default {
  async fetch(): Promise<Response> {
    let last: unknown;
    for (let n = 0; n < 5; n++) {
      const answer = await app.fetch(
        new Request(`http://localhost/offers/${n}?fields=title,price`, { headers: { origin: 'http://a.example' } }),
      );
      last = await answer.json();
    }
    return Response.json(last);
  },
};
