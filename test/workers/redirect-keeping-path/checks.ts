import type { Check } from '../check.ts';

export default [
  { it: 'keeps path and query', path: '/a/b?c=1&d=%20', status: 308, has: { location: 'https://new.example/a/b?c=1&d=%20' } },
  { it: 'keeps the root', status: 308, has: { location: 'https://new.example/' } },
] satisfies Check[];
