import type { Check } from '../check.ts';

export default [
  {
    it: 'reads them sorted, whatever their case',
    headers: { 'X-B': '2', 'x-a': '1, one' },
    json: {
      mine: [
        ['x-a', '1, one'],
        ['x-b', '2'],
      ],
      keys: ['x-a', 'x-b'],
      has: true,
      none: null,
      a: '1, one, added',
      b: null,
    },
  },
] satisfies Check[];
