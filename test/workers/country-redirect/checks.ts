import type { Check } from '../check.ts';

export default [
  { it: 'sends a known country on', headers: { 'CF-IPCountry': 'CN' }, status: 302, has: { location: 'https://cn.example/' } },
  { it: 'welcomes another', headers: { 'CF-IPCountry': 'FR' }, text: 'Welcome from FR' },
  { it: 'does without a country', text: 'Welcome from nowhere' },
] satisfies Check[];
