import { createHash } from 'node:crypto';
import type { Check } from '../check.ts';

const etag = (text: string) => `"${createHash('sha256').update(text).digest('hex')}"`;
const cached = { 'cache-control': 'public, max-age=60, stale-while-revalidate=30' };

export default [
  { it: 'gives the content', text: 'start', has: { etag: etag('start'), ...cached } },
  { it: 'gives other content another tag', path: '/about', text: 'about us, ünïcode', has: { etag: etag('about us, ünïcode') } },
  {
    it: 'gives nothing to who has it',
    headers: { 'if-none-match': `"x", W/${etag('start')}` },
    status: 304,
    text: '',
    has: { etag: etag('start'), ...cached, 'content-length': null, 'content-type': null },
  },
  { it: 'gives it to who has another', headers: { 'if-none-match': etag('old') }, text: 'start' },
  { it: 'takes a star', headers: { 'if-none-match': '*' }, status: 304 },
  { it: 'finds nothing else', path: '/x', status: 404, has: { etag: null, 'cache-control': 'no-store' } },
] satisfies Check[];
