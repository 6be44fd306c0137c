import { html } from 'hono/html';

/** What stands between the tags is escaped by `html`. */
export const helloPage = (name: string) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Hello ${name}</title>
  </head>
  <body>
    <h1>Hello ${name}</h1>
  </body>
</html>`;
