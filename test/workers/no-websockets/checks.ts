import type { Check } from '../check.ts';

export default [
  // `Upgrade` is the connection's own header: no plugin sets it.
  { it: 'refuses', path: '/socket', status: 426, has: { upgrade: null, link: '</events>; rel=alternate' }, text: /no WebSockets$/ },
  { it: 'says where', text: 'Use /socket' },
] satisfies Check[];
