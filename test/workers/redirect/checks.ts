import type { Check } from '../check.ts';

export default [
  { it: 'sends every path to one place', path: '/any?x=1', status: 301, has: { location: 'https://shop.example/welcome' }, text: '' },
  { it: 'does so whatever the method', method: 'POST', body: 'x', status: 301, has: { location: 'https://shop.example/welcome' } },
] satisfies Check[];
