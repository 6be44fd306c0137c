import type { Check } from '../check.ts';

const post = (body: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '192.0.2.9' },
  body,
});

export default [
  { it: 'has a form', has: { 'content-type': 'text/html' }, text: /cf-turnstile/ },
  {
    it: 'takes a good token',
    ...post('name=Zo%C3%AB&cf-turnstile-response=good'),
    text: 'Token validated for Zoë',
    asked: ['POST /siteverify secret-1 good 192.0.2.9'],
  },
  { it: 'takes no bad one', ...post('name=x&cf-turnstile-response=bad'), status: 401, text: 'The provided token was not valid!' },
  { it: 'takes none at all', ...post('name=x'), status: 401 },
] satisfies Check[];
