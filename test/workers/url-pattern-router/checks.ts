import type { Check } from '../check.ts';

export default [
  { it: 'finds a path', path: '/offers?page=2', text: 'all offers' },
  { it: 'finds a parameter', path: '/offers/42', json: { id: 42 } },
  { it: 'finds the rest of a path', path: '/files/a/b%20c.txt', text: 'file a/b%20c.txt' },
  { it: 'finds what may be left out', method: 'POST', path: '/offers', body: 'x', status: 201, text: 'plain: x' },
  { it: 'finds it where it is there', method: 'POST', path: '/offers/new', body: 'y', status: 201, text: 'new: y' },
  { it: 'tells another method', method: 'DELETE', path: '/offers/42', status: 405 },
  { it: 'finds nothing else', path: '/offers/x', status: 405 },
  { it: 'finds no other path', path: '/nothing', status: 404 },
] satisfies Check[];
