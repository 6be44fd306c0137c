import type { Check } from '../check.ts';

const headers = { 'x-api-key': 'a' };
const success = (left: number) => ({
  headers,
  text: 'Success!',
  has: { 'ratelimit-remaining': String(left), 'ratelimit-reset': /^[1-6]?\d$/ },
});

export default [
  { it: 'needs a key', status: 400 },
  { it: 'lets one through', ...success(2) },
  { it: 'lets two through', ...success(1) },
  { it: 'lets three through', ...success(0) },
  {
    it: 'lets no more through',
    ...{ headers, status: 429, text: '429 Failure - rate limit exceeded' },
    has: { 'ratelimit-limit': '3', 'ratelimit-remaining': '0', 'retry-after': /^\d+$/ },
  },
  { it: 'counts each client apart', headers: { 'x-api-key': 'b' }, text: 'Success!' },
] satisfies Check[];
