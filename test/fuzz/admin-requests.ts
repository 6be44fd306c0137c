/** Generated requests of the admin API: bodies near what it takes, and what is far from it. */

import fc from 'fast-check';
import { token } from '../support/running-host.ts';
import { oddJson, spoiled } from './odd-json.ts';
import { accessToken, budget, editorQuestion, invocation, previewRequest, push } from './odd-pushes.ts';
import { pathEnd, rawRequests } from './raw-requests.ts';

/** A request with a JSON body, or what is nearly one. */
export interface AdminRequest {
  readonly method: string;
  readonly path: string;
  /** In Latin-1. */
  readonly body: string;
}

/** The plugins that generated requests push, call and remove. */
/** One that has every kind of handler, and which no generated request replaces. */
export const eventful = 'fuzz/kept/eventful';

/** One that generated requests push and remove. */
export const pushed = 'fuzz/admin/one';

const ids = [pushed, 'fuzz/admin/two'];
const oddIds = [
  ...[
    'fuzz/admin',
    'fuzz/admin/',
    'fuzz//one',
    'fuzz/admin/one/',
    'FUZZ/admin/one',
    'fuzz/admin/on%65',
    'fuzz/admin%2fone',
    'fuzz/admin%2Fone/x',
  ],
  ...[
    '../../..',
    '%2e%2e/%2e%2e/%2e%2e',
    '__proto__/constructor/toString',
    'fuzz/admin/\xe9',
    'fuzz/admin/%c3%a9',
    'fuzz/admin/%ff',
    'fuzz/admin/%00',
  ],
  ...[
    'fuzz/admin/one%0a',
    'fuzz/admin/%E2%80%AEone',
    'fuzz/admin/-',
    `fuzz/admin/${'a'.repeat(64)}`,
    `fuzz/admin/${'a'.repeat(9_000)}`,
    '%/%/%',
    ':domain/:group/:name',
  ],
];
const id = fc.oneof({ weight: 10, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.constantFrom(...oddIds) });

const query = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('', '?typecheck=warn') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '?typecheck=warn',
      '?typecheck=',
      '?typecheck=strict&typecheck=warn',
      '?x',
      '?%',
      '?__proto__=1',
      '?typecheck=warn#x',
      '??',
    ),
  },
);

const path = fc.oneof(
  { weight: 4, arbitrary: id.map((one) => `/v1/plugins/${one}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        id,
        fc.constantFrom('releases', 'usage', 'invocations', 'deployments', 'previews', 'previews/0123456789abcdef0123', '', '%72eleases'),
      )
      .map((all) => `/v1/plugins/${all.join('/')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/v1/plugins',
      '/v1/usage',
      '/v1/hygiene',
      '/v1/budgets',
      '/v1/deployments',
      '/v1/deployments?before=2&limit=1&from=0',
      '/v1/deployments?before=-1',
      '/v1/settings',
      '/v1/budgets/nobody/at/all',
      '/v1/tokens',
      '/v1/tokens/0123456789abcdef',
      '/v1/session',
      '/v1/audit',
      '/v1/audit?limit=1&cursor=5',
      '/v1/audit/verify',
      '/healthz',
      '/readyz',
      '/v1',
      '/',
      '/metrics',
      '/v1/plugins/',
      '//v1/plugins',
      '/V1/plugins',
    ),
  },
  { weight: 1, arbitrary: pathEnd.map((end) => `/v1/plugins${end}`) },
);
const target = fc.tuple(path, query).map((parts) => parts.join(''));

const authorizations = [
  '',
  'Bearer',
  'Bearer ',
  `bearer ${token}`,
  `Bearer ${token}x`,
  `Bearer  ${token}`,
  `Basic ${token}`,
  `Bearer ${'x'.repeat(5_000)}`,
  'Bearer \xff',
  `Bearer ${token}, Bearer ${token}`,
];

/** As bytes: with the token, mostly. */
export const rawAdminRequests = fc
  .oneof({ weight: 4, arbitrary: fc.constant(`Bearer ${token}`) }, { weight: 1, arbitrary: fc.constantFrom(...authorizations) })
  .chain((authorization) =>
    rawRequests(
      target,
      [`Authorization: ${authorization}`],
      fc.constantFrom('{"source":', '[[[[', '"\xff"', '{"source":"export default 1"}'),
    ),
  );

/** JSON text as bytes in Latin-1, with what is no UTF-8 already left as it is. */
const bytesOf = (text: string): string => (/[^\0-\xff]/.test(text) ? Buffer.from(text).toString('latin1') : text);

export const adminRequests: fc.Arbitrary<AdminRequest> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        method: fc.constant('PUT'),
        path: fc.tuple(id, query).map(([one, query]) => `/v1/plugins/${one}${query}`),
        body: spoiled(push),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc.tuple(id, query).map(([one, query]) => `/v1/plugins/${one}/previews${query}`),
        body: spoiled(push),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc
          .oneof({ weight: 3, arbitrary: fc.constant(eventful) }, { weight: 1, arbitrary: id })
          .map((one) => `/v1/plugins/${one}/invocations`),
        body: spoiled(invocation),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc
          .tuple(id, fc.constantFrom('complete', 'hover', 'definition', 'diagnose'))
          .map(([one, kind]) => `/v1/plugins/${one}/editor/${kind}`),
        body: spoiled(editorQuestion),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: id.map((one) => `/v1/plugins/${one}/previews/0123456789abcdef0123/requests`),
        body: spoiled(previewRequest),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('PUT'),
        // Of no plugin that is called: its calls would be refused.
        path: fc.constantFrom('nobody', 'nobody/at', 'nobody/at/all', 'nobody/..', '%2e').map((scope) => `/v1/budgets/${scope}`),
        body: spoiled(budget),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc.constantFrom('/v1/tokens', '/v1/session'),
        body: spoiled(accessToken),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        method: fc.constant('POST'),
        path: fc.tuple(id, query).map(([one, query]) => `/v1/plugins/${one}/tests${query}`),
        body: spoiled(push),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        method: fc.constantFrom('GET', 'DELETE', 'POST', 'PUT', 'PATCH'),
        path: target,
        body: fc.oneof(fc.constant(''), oddJson),
      }),
    },
  )
  .map(({ method, path: at, body }) => ({ method, path: at, body: bytesOf(body) }));
