/** The operations of access: tokens, sessions, logging in, the audit. */

import { z } from 'zod';
import { auditRow, session, token, verified } from '../answers/access.ts';
import { loginBody, tokenBody } from '../bodies/access.ts';
import { operation, refused } from '../operation.ts';
import { next, paging } from '../paging.ts';
import { auditEnd, choice, whole, words } from '../query.ts';

const params = { id: z.string().describe("A token's") };
const noSuchToken = refused(['no_such_token'], '`no_such_token`: there is none, or it is out of the reach of whoever asks');

export const listTokens = operation({
  ...{ operation: 'listTokens', method: 'GET', pattern: '/v1/tokens', access: 'admin', of: 'reach', tag: 'access' },
  summary: 'The tokens within the reach of whoever asks, in order of names',
  description: "The operator's own is none of them.",
  query: paging,
  answers: { 200: { says: 'The tokens, without their secrets.', json: z.object({ tokens: z.array(token), next }) } },
});

export const createToken = operation({
  ...{ operation: 'createToken', method: 'POST', pattern: '/v1/tokens', access: 'admin', of: 'reach', tag: 'access' },
  summary: 'Make a token',
  description: 'Nobody makes one that may more, reaches further or lasts longer than the one that he shows.',
  body: tokenBody,
  what: 'a token: there are name, scope, reach and expiresAt',
  answers: {
    201: {
      says: 'The token, with its secret, which cannot be asked for again.',
      json: z.object({ ...token.shape, token: z.string().describe('What is sent as `authorization: Bearer <token>`') }),
    },
  },
  errors: [refused(['forbidden'], '`forbidden`: the token that asks may not give so much'), refused(['token_exists', 'too_many_tokens'])],
});

export const getToken = operation({
  ...{ operation: 'getToken', method: 'GET', pattern: '/v1/tokens/:id', access: 'admin', of: 'reach', tag: 'access' },
  summary: 'A token, without its secret',
  params,
  answers: { 200: { says: 'The token.', json: token } },
  errors: [noSuchToken],
});

export const revokeToken = operation({
  ...{ operation: 'revokeToken', method: 'DELETE', pattern: '/v1/tokens/:id', access: 'admin', of: 'reach', tag: 'access' },
  summary: 'Revoke a token',
  description: 'At once, with the sessions and streams that were opened with it.',
  params,
  answers: { 204: { says: 'It opens nothing any more.' } },
  errors: [noSuchToken],
});

export const openSession = operation({
  ...{ operation: 'openSession', method: 'POST', pattern: '/v1/session', access: 'none', of: 'host', tag: 'access' },
  summary: 'Open a session for a browser',
  description:
    'In place of the token a browser has a cookie from then on, `nbox_session`, which no page can read and which ends with the token. It is asked for without a token, and from no page of another origin.',
  body: loginBody,
  what: 'opening a session',
  answers: { 200: { says: 'Whose it is; the cookie is set.', json: session } },
  errors: [
    refused(['unauthorized'], '`unauthorized`: this is no token, or none any more'),
    refused(['csrf_refused'], '`csrf_refused`: it was asked for by a page of another origin'),
    refused(['too_many_guesses', 'rate_limited'], '`too_many_guesses`, `rate_limited`; with Retry-After', { retryAfter: true }),
  ],
});

export const getSession = operation({
  ...{ operation: 'getSession', method: 'GET', pattern: '/v1/session', access: 'read', of: 'reach', tag: 'access' },
  summary: 'Whose the session is, or the token',
  answers: { 200: { says: 'Who asks.', json: session } },
  errors: [refused(['unauthorized'], '`unauthorized`: there is no session, or it is over')],
});

export const endSession = operation({
  ...{ operation: 'endSession', method: 'DELETE', pattern: '/v1/session', access: 'read', of: 'reach', tag: 'access' },
  summary: 'End the session',
  answers: { 204: { says: 'It is over, with its streams; the cookie is taken back.' } },
  errors: [refused(['not_found'], '`not_found`: a token was sent, and no cookie')],
});

const loginRefused = [
  refused(['login_failed'], '`login_failed`: the provider did not let the person in, or what it says is not to be trusted'),
  refused(['login_unavailable'], '`login_unavailable`: the provider cannot be asked'),
];

export const beginLogin = operation({
  ...{ operation: 'beginLogin', method: 'GET', pattern: '/login/oidc', access: 'none', of: 'host', tag: 'access' },
  summary: 'Log in by the identity provider',
  description: 'There where the host has one (`--oidc-issuer`), and for browsers.',
  query: { to: words('A path of this host to come back to; `/` where it is not given') },
  answers: { 303: { says: 'Off to the provider.' } },
  errors: loginRefused,
});

const sent = () => words();

export const completeLogin = operation({
  ...{ operation: 'completeLogin', method: 'GET', pattern: '/login/oidc/callback', access: 'none', of: 'host', tag: 'access' },
  isKept: true,
  summary: 'Back from the identity provider',
  description: 'What the parameters are is said by OpenID Connect; the provider has the browser send them.',
  query: {
    ...{ code: sent(), state: sent(), iss: sent(), session_state: sent(), error: sent(), error_description: sent(), error_uri: sent() },
    ...{ scope: sent(), authuser: sent(), prompt: sent(), hd: sent() },
  },
  answers: { 303: { says: 'Back to the path that the login began with; the cookie of a session is set.' } },
  errors: loginRefused,
});

export const listAudit = operation({
  ...{ operation: 'listAudit', method: 'GET', pattern: '/v1/audit', access: 'admin', of: 'reach', tag: 'access' },
  summary: 'Who changed what',
  description:
    "A row for each change, written before the change was acknowledged, and for what was refused or has failed (not each of many). As JSON the newest come first, page by page; as `ndjson` and `csv` all of them, the oldest first. Whoever reaches less than everything sees what is within that. `hash` is SHA-256 of the JSON list of the row before's hash, number, at (in ms), actor, tokenId, address, method, route, plugin, outcome, before, after (these two as JSON text, or null) and requestId.",
  query: {
    plugin: words('A plugin, or what is below a group or a domain'),
    actor: words(),
    from: words('RFC 3339, milliseconds since 1970, or -24h'),
    to: words('As from; before then'),
    limit: whole(1, 1_000, 'How many rows of a page; 100 where it is not given'),
    cursor: whole(1, Number.MAX_SAFE_INTEGER, 'The `next` of the page before'),
    format: choice(['json', 'ndjson', 'csv'], undefined, 'json'),
  },
  answers: {
    200: {
      says: 'The rows.',
      json: z.object({
        rows: z.array(auditRow),
        next: z.int().nullable().describe('For `cursor`; `null` where there are no more'),
      }),
      others: { 'application/x-ndjson': z.string(), 'text/csv': z.string() },
    },
  },
  errors: [refused(['forbidden'], '`forbidden`: it takes the scope admin, and a reach over what is asked for')],
});

export const verifyAudit = operation({
  ...{ operation: 'verifyAudit', method: 'GET', pattern: '/v1/audit/verify', access: 'admin', of: 'host', tag: 'access' },
  summary: 'Whether all rows of the audit are as they were written',
  description:
    'It walks through the chain. Whoever can write the database can make all of it anew while no host runs: keep `last` elsewhere, and give it as `known` to see that, too.',
  query: {
    known: auditEnd(
      '`412:<hash>`: a `last` of before, which is to be in the chain still. One that was dropped for its age: `invalid_query`',
    ),
  },
  answers: { 200: { says: 'What was found.', json: verified } },
});
