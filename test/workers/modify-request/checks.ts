import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  {
    it: 'changes what it shall',
    ...{ method: 'POST', path: '/start', headers: { 'content-type': 'text/plain', 'x-keep': '1', 'x-drop': '2' }, body: 'twelve chars' },
    holds({ text }) {
      const { method, url, body, headers } = JSON.parse(text);
      assert.deepEqual([method, url, body], ['PATCH', '/echo?from=%2Fstart', '{"length":12}']);
      assert.deepEqual(
        [headers['content-type'], headers['x-example'], headers['x-keep'], headers['x-drop']],
        ['application/json', 'bar', '1', undefined],
      );
    },
  },
] satisfies Check[];
