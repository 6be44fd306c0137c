import type { Check } from '../check.ts';

export default [
  { it: 'lets the secret in', headers: { authorization: 'correct horse battery staple' }, text: 'Welcome!' },
  {
    it: 'keeps out one that is nearly right',
    headers: { authorization: 'correct horse battery stapl' },
    status: 401,
    text: 'Unauthorized',
  },
  { it: 'keeps out who has none', status: 401 },
] satisfies Check[];
