import type { Check } from '../check.ts';

export default [
  {
    it: 'adds, deletes and changes',
    path: '/headers?status=203',
    status: 203,
    has: { 'x-workers-hello': 'Hello from a plugin', 'x-header-to-delete': null, 'x-header-to-change': 'NewValue', 'x-kept': 'kept' },
    text: 'headers',
    asked: ['GET /headers?status=203'],
  },
] satisfies Check[];
