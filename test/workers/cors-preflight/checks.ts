import type { Check } from '../check.ts';

const origin = 'https://shop.example';

export default [
  {
    it: 'answers a preflight',
    ...{ method: 'OPTIONS', status: 204, text: '' },
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-token, content-type' },
    has: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,HEAD,POST,OPTIONS',
      'access-control-allow-headers': 'x-token, content-type',
      'access-control-max-age': '86400',
      vary: 'Origin',
    },
  },
  { it: 'answers OPTIONS that is none', method: 'OPTIONS', has: { allow: 'GET,HEAD,POST,OPTIONS', 'access-control-allow-origin': null } },
  { it: 'marks a reply', headers: { origin }, json: { ok: true }, has: { 'access-control-allow-origin': origin, vary: 'Origin' } },
  { it: 'does not mark it for strangers', headers: { origin: 'https://evil.example' }, has: { 'access-control-allow-origin': null } },
  { it: 'answers HEAD without a body', method: 'HEAD', headers: { origin }, text: '', has: { 'access-control-allow-origin': origin } },
  { it: 'refuses other methods', method: 'DELETE', status: 405, text: '' },
] satisfies Check[];
