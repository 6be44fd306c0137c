import type { Check } from '../check.ts';

export default [
  {
    it: 'protects a page',
    path: '/page',
    has: {
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-powered-by': null,
    },
    text: /^<html>/,
  },
  {
    it: 'lets a file through',
    path: '/image.png',
    has: { 'x-frame-options': null, 'x-powered-by': 'origin', 'content-type': 'image/png' },
  },
] satisfies Check[];
