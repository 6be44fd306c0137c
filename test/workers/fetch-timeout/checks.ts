import type { Check } from '../check.ts';

export default [
  { it: 'takes what comes in time', path: '/control', text: 'in time: control' },
  { it: 'does without what does not', path: '/never', status: 203, text: 'fallback: TimeoutError' },
] satisfies Check[];
