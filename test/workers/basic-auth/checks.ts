import type { Check } from '../check.ts';

const as = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
const challenge = { 'www-authenticate': 'Basic realm="admin", charset="UTF-8"' };

export default [
  { it: 'shows what is for anyone', text: 'Anyone can see this.' },
  { it: 'asks who it is', path: '/admin', status: 401, has: challenge, text: 'You need to log in.' },
  {
    it: 'takes the right password',
    path: '/admin',
    headers: as('admin:s3cret:with colon'),
    text: 'Hello, admin!',
    has: { 'cache-control': 'no-store' },
  },
  { it: 'reads UTF-8', path: '/admin', headers: as('zoë:pässword'), text: 'Hello, zoë!' },
  { it: 'takes no wrong password', path: '/admin', headers: as('admin:s3cret'), status: 401, has: challenge },
  { it: 'takes no unknown user', path: '/admin', headers: as('root:x'), status: 401 },
  {
    it: 'says what is malformed',
    path: '/admin',
    headers: { authorization: 'Basic %%%' },
    status: 400,
    text: 'Malformed authorization header.',
  },
  { it: 'takes no other scheme', path: '/admin', headers: { authorization: 'Bearer x' }, status: 401 },
  { it: 'logs out', path: '/logout', status: 401, text: 'Logged out.', has: { 'www-authenticate': null } },
] satisfies Check[];
