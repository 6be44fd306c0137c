import { createHmac } from 'node:crypto';
import type { Check } from '../check.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function bearer(claims: object, { alg = 'HS256', secret = 'a shared secret of some length' } = {}): Record<string, string> {
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
  return { authorization: `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}` };
}
const good = { sub: 'Zoë', aud: 'shop', exp: 32_503_680_000 };
const refused = (error: string) => ({
  status: 401,
  json: { error },
  has: { 'www-authenticate': new RegExp(`error_description="${error}"`) },
});

export default [
  { it: 'takes a good token', headers: bearer(good), json: { hello: 'Zoë' } },
  { it: 'needs one', ...refused('missing') },
  { it: 'takes none of another key', headers: bearer(good, { secret: 'other' }), ...refused('signature') },
  { it: 'takes none without a signature', headers: bearer(good, { alg: 'none' }), ...refused('algorithm') },
  { it: 'takes none that is expired', headers: bearer({ ...good, exp: 1_000_000_000 }), ...refused('expired') },
  { it: 'takes none that is early', headers: bearer({ ...good, nbf: 32_503_680_000 }), ...refused('not yet') },
  { it: 'takes none for others', headers: bearer({ ...good, aud: 'bank' }), ...refused('audience') },
  { it: 'takes none that is malformed', headers: { authorization: 'Bearer a.b' }, ...refused('malformed') },
] satisfies Check[];
