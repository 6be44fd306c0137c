import type { Check } from '../check.ts';

export default [
  { it: 'reads JSON', path: '/json/x', text: '200 application/json: x', asked: ['GET /json/x'] },
  { it: 'reads what is none', path: '/missing', text: '404 text/plain: no such page' },
] satisfies Check[];
