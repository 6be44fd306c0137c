import type { Check } from '../check.ts';

const headers = { host: 'shop.example' };

export default [
  { it: 'sends a listed path on', path: '/bulk2', headers, status: 301, has: { location: 'https://shop.example/redirect3' } },
  { it: 'looks at the path without its query', path: '/bulk3?utm=1', headers, status: 301, has: { location: 'https://other.example/' } },
  { it: 'finds no other path', path: '/bulk4', headers, status: 404, text: 'Not found' },
  { it: 'finds no other host', path: '/bulk1', headers: { host: 'other.example' }, status: 404, text: 'Not found' },
] satisfies Check[];
