import { call } from 'nbox:test';
import hello from './index.ts';

it('says hello to the path', async () => {
  const response = await call(hello, '/world');
  expect(await response.json()).toEqual({ hello: '/world' });
});
