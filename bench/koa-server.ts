/** Bare koa with the benches' handler, or with one that always says the same: `node koa-server.ts PORT [TEXT]`. */

import Koa from 'koa';

const [port, text] = process.argv.slice(2);
const app = new Koa();
app.use((ctx) => {
  ctx.body = text ?? { hello: ctx.path };
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
