import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  {
    it: 'posts it',
    path: '/%C3%A4',
    has: { 'content-type': 'application/json;charset=UTF-8' },
    holds({ text }) {
      const { method, body, headers } = JSON.parse(text);
      assert.deepEqual(
        [method, headers['content-type'], headers['content-length']],
        ['POST', 'application/json;charset=UTF-8', String(Buffer.byteLength(body))],
      );
      assert.deepEqual(JSON.parse(body), { results: ['default data to send'], errors: null, msg: 'I sent this from /%C3%A4' });
    },
  },
] satisfies Check[];
