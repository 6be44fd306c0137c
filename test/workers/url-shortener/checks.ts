import type { Check } from '../check.ts';

export default [
  { it: 'lists its slugs', json: ['docs', 'straße'] },
  {
    it: 'sends a slug on',
    path: '/docs?a=1&a=2',
    status: 302,
    has: { location: 'https://docs.example/start?from=short&a=1&a=2' },
    text: '',
  },
  { it: 'takes slugs that are not ASCII', path: '/stra%C3%9Fe', status: 302, has: { location: 'https://maps.example/' } },
  { it: 'knows no other', path: '/nothing', status: 404, text: 'Slug not found' },
] satisfies Check[];
