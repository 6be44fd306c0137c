import { call } from 'nbox:test';
import plugin from './index.ts';

it('says hello to the path', async () => {
  const response = await call(plugin, '/world');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ hello: '/world' });
});
