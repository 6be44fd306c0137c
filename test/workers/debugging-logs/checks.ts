import type { Check } from '../check.ts';

export default [
  { it: 'passes on what went well', path: '/json/a', json: { name: 'a' }, asked: ['GET /json/a'] },
  {
    it: 'logs what did not, after the reply',
    path: '/missing',
    status: 502,
    has: { 'x-debug-err': 'Bad response' },
    text: '"Bad response at origin. Status: 404 Body: no such pa"',
    asked: ['GET /missing', 'POST /log Error: Bad response at origin. Status: 404 Body: no such pa'],
  },
] satisfies Check[];
