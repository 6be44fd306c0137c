import type { Check } from '../check.ts';

export default [
  {
    it: 'is down',
    status: 503,
    has: { 'retry-after': '3600', 'content-type': 'text/html', 'cache-control': 'no-store' },
    text: '<h1>Back soon</h1>',
  },
  { it: 'is up for some', headers: { 'x-forwarded-for': '10.0.0.1, 198.51.100.7' }, text: 'the site' },
] satisfies Check[];
