import type { Check } from '../check.ts';

export default [
  {
    it: 'has status, headers and type',
    status: 201,
    has: { 'content-type': 'application/json', 'x-kind': 'json' },
    text: '{"hello":"world","é":[1,null,{"deep":true}]}',
  },
] satisfies Check[];
