import type { Check } from '../check.ts';

export default [
  { it: 'needs a name', status: 400, text: /^Select a counter/ },
  { it: 'counts up', path: '/increment?name=A', text: '1' },
  { it: 'counts on', path: '/increment?name=A', text: '2' },
  { it: 'counts apart', path: '/decrement?name=B', text: '-1' },
  { it: 'says where it is', path: '/?name=A', text: '2' },
  { it: 'does nothing else', path: '/reset?name=A', status: 404 },
] satisfies Check[];
