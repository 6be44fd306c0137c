import type { Check } from '../check.ts';

export default [
  {
    it: 'has the page, and headers of its own',
    has: { 'content-type': 'text/html;charset=UTF-8', 'x-powered-by': null },
    text: /^<html>.*<\/html>$/,
    asked: ['GET /page'],
  },
] satisfies Check[];
