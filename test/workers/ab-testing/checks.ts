import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  {
    it: 'shows its page to the control group',
    headers: { cookie: 'a=b; myExampleWorkersABTest=control' },
    text: 'control',
    has: { 'set-cookie': null },
    asked: ['GET /control'],
  },
  { it: 'shows its page to the test group', headers: { cookie: 'myExampleWorkersABTest=test' }, text: 'test', asked: ['GET /test'] },
  {
    it: 'puts a newcomer into one of them',
    holds: ({ text, headers }) => {
      assert.match(text, /^(control|test)$/);
      assert.equal(headers.get('set-cookie'), `myExampleWorkersABTest=${text}; path=/`);
    },
  },
  { it: 'leaves other paths alone', path: '/json/b', json: { name: 'b' }, has: { 'set-cookie': null } },
] satisfies Check[];
