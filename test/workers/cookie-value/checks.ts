import assert from 'node:assert/strict';
import type { Check } from '../check.ts';

export default [
  { it: 'reads a cookie among others', headers: { cookie: 'a=1; __uid=abc%20d; b=2' }, text: 'abc d' },
  { it: 'reads a quoted one', headers: { cookie: '__uid="q"' }, text: 'q' },
  {
    it: 'sets two where there is none',
    headers: { cookie: 'other=1' },
    text: 'No cookie with name: __uid',
    holds: ({ headers }) => assert.deepEqual(headers.getSetCookie(), ['__uid=new%20visitor; Path=/; HttpOnly', 'seen=1; Path=/']),
  },
] satisfies Check[];
