import { createHmac } from 'node:crypto';
import type { Check } from '../check.ts';

const sign = (path: string, expiry: number, secret = 'my secret symmetric key') =>
  `${path}?${new URLSearchParams({ verify: `${expiry}-${createHmac('sha256', secret).update(`${path}@${expiry}`).digest('base64')}` })}`;
const later = 32_503_680_000;

export default [
  { it: 'signs', path: `/generate/a%20b?expiry=${later}`, text: sign('/a%20b', later) },
  { it: 'serves what is signed', path: sign('/a%20b', later), text: 'content of /a%20b' },
  { it: 'serves nothing for another path', path: sign('/a', later).replace('/a', '/b'), status: 403, text: 'Invalid MAC' },
  { it: 'serves nothing by another key', path: sign('/a', later, 'other'), status: 403, text: 'Invalid MAC' },
  { it: 'serves nothing too late', path: sign('/a', 1_000_000_000), status: 403, text: 'URL expired at 2001-09-09T01:46:40.000Z' },
  { it: 'needs a signature', path: '/a', status: 403, text: 'Missing query parameter' },
  { it: 'needs one in base64', path: `/a?verify=${later}-!!`, status: 403, text: 'Invalid MAC' },
] satisfies Check[];
