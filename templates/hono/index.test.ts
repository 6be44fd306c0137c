import { call } from 'nbox:test';
import app from './index.ts';

it('has a page for people', async () => {
  const response = await call(app, '/');
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(await response.text()).toContain('<h1>Hello world</h1>');
});

it('has JSON for programs', async () => {
  expect(await (await call(app, '/hello/nbox')).json()).toEqual({ hello: 'nbox' });
});

it('has nothing elsewhere', async () => {
  expect((await call(app, '/nowhere')).status).toBe(404);
});
