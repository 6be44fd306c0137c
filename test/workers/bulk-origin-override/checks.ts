import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  { it: 'asks one', path: '/people', headers: { host: 'starwarsapi.example' }, json: { name: 'people' }, asked: ['GET /json/people'] },
  {
    it: 'asks another, with the whole request',
    ...{ method: 'PUT', path: '/echo?x=1', headers: { host: 'docs.example', 'x-a': 'b' }, body: 'content' },
    holds({ text }) {
      const { method, url, body, headers } = JSON.parse(text);
      assert.deepEqual([method, url, body, headers['x-a']], ['PUT', '/docs/echo?x=1', 'content', 'b']);
      assert.match(headers.host, /^127\.0\.0\.1:/);
    },
  },
  { it: 'asks nobody else', headers: { host: 'other.example' }, status: 404, asked: [] },
] satisfies Check[];
