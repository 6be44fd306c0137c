import type { Check } from '../check.ts';

export default [
  {
    it: 'answers line by line',
    ...{ method: 'POST', body: '{"price":1}\n\n{"price":2.5}\n{"price":3}' },
    has: { 'content-type': 'application/x-ndjson' },
    text: '{"price":1,"sum":1}\n{"price":2.5,"sum":3.5}\n{"price":3,"sum":6.5}\n',
  },
  { it: 'needs a body', status: 400, text: 'Send lines of JSON' },
] satisfies Check[];
