import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  {
    it: 'is the other site',
    path: '/page',
    has: { 'content-type': 'text/html', 'x-powered-by': 'origin' },
    text: /^<html>/,
    asked: ['GET /page'],
  },
  { it: 'passes a large reply on', path: '/large', holds: ({ bytes }) => assert.equal(bytes.length, 1_000_000) },
  { it: 'answers HEAD', method: 'HEAD', path: '/page', text: '', asked: ['HEAD /page'] },
  { it: 'passes on what is not there', path: '/missing', status: 404, text: 'no such page' },
  { it: 'takes no POST', method: 'POST', body: 'x', status: 405, has: { allow: 'GET, HEAD' }, text: 'Method POST not allowed.', asked: [] },
] satisfies Check[];
