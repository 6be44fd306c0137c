import assert from 'node:assert/strict';
import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { Check } from '../check.ts';

const text = 'All work and no play makes Jack a dull boy.\n'.repeat(200);

export default [
  { it: 'is plain where nothing else is taken', text, has: { 'content-encoding': null } },
  {
    it: 'compresses by gzip',
    headers: { 'accept-encoding': 'gzip, deflate' },
    has: { 'content-encoding': 'gzip', vary: 'accept-encoding' },
    holds({ bytes }) {
      assert.ok(bytes.length < text.length / 10);
      assert.equal(gunzipSync(bytes).toString(), text);
    },
  },
  {
    it: 'compresses by deflate',
    headers: { 'accept-encoding': 'deflate' },
    has: { 'content-encoding': 'deflate' },
    holds: ({ bytes }) => assert.equal(inflateSync(bytes).toString(), text),
  },
  {
    it: 'decompresses a request',
    ...{ method: 'POST', headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) },
    text: `${text.length} characters: All work a`,
  },
] satisfies Check[];
