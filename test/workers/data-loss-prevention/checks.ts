import type { Check } from '../check.ts';

export default [
  {
    it: 'masks, and tells',
    path: '/secrets',
    text: 'card **********, mail **********, phone **********, year 2026\n',
    asked: ['GET /secrets', 'POST /log {"found":["creditCard","email","phone"]}'],
  },
  { it: 'lets through what is harmless', path: '/control', text: 'control', asked: ['GET /control'] },
  { it: 'lets through what is no text', path: '/image.png', has: { 'content-type': 'image/png' } },
] satisfies Check[];
