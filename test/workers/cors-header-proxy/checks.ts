import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

const origin = 'https://page.example';

export default [
  {
    it: 'asks on behalf of a page',
    path: '/corsproxy/',
    headers: { origin },
    has: { 'access-control-allow-origin': origin, vary: 'Origin' },
    json: { name: 'a' },
    asked: ['GET /json/a'],
  },
  {
    it: 'asks what it is told to, with method and body',
    ...{
      method: 'POST',
      path: `/corsproxy/?apiurl=${encodeURIComponent('ORIGIN/echo')}`,
      headers: { origin, 'content-type': 'text/plain' },
      body: 'abc',
    },
    holds({ text }) {
      const { method, body, headers } = JSON.parse(text);
      assert.deepEqual([method, body, headers['content-type']], ['POST', 'abc', 'text/plain']);
      assert.match(headers.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    },
  },
  {
    it: 'answers a preflight',
    ...{ method: 'OPTIONS', path: '/corsproxy/', text: '', asked: [] },
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-a' },
    has: { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'x-a' },
  },
  { it: 'refuses other methods', method: 'PUT', path: '/corsproxy/', body: '', status: 405, asked: [] },
  { it: 'has a page of its own', has: { 'content-type': 'text/html;charset=UTF-8' }, text: /^<h1>API GET/ },
] satisfies Check[];
