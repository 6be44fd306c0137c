import { Hono } from 'hono';
import { helloPage } from './page.ts';

const app = new Hono();

app.get('/', (c) => c.html(helloPage('world')));
app.get('/hello/:name', (c) => c.json({ hello: c.req.param('name') }));
app.notFound((c) => c.json({ error: `There is nothing at ${c.req.path}` }, 404));

export default app;
