import type { Check } from '../check.ts';

const large = 'äb\n'.repeat(50_000);

export default [
  { it: 'is written while it is read', has: { 'content-type': 'text/plain' }, text: 'stream\nof\nwords\n' },
  { it: 'changes what passes through', method: 'POST', body: 'abc ß', text: 'ABC SSEND\n' },
  { it: 'changes what comes in pieces', method: 'POST', body: large, text: `${large.toUpperCase()}END\n` },
] satisfies Check[];
