import type { Check } from '../check.ts';

export default [
  {
    it: 'puts the answers together, in their order',
    has: { 'content-type': 'application/json;charset=UTF-8' },
    json: [{ name: 'a' }, { name: 'b' }, 404],
    asked: ['GET /json/a', 'GET /json/b', 'GET /missing'],
  },
] satisfies Check[];
