import type { Check } from '../check.ts';

export default [
  { it: 'lets the key in', headers: { 'x-custom-psk': 'mypresharedkey' }, text: 'let in' },
  { it: 'keeps others out', headers: { 'x-custom-psk': 'other' }, status: 403, text: 'Sorry, you have supplied an invalid key.' },
  { it: 'keeps out who has none', status: 403 },
] satisfies Check[];
