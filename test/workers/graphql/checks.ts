import type { Check } from '../check.ts';

const ask = (query: string, variables?: object) => ({ method: 'POST', body: JSON.stringify({ query, variables }) });

export default [
  {
    it: 'answers a query',
    ...ask('query { offers { id title } }'),
    has: { 'content-type': 'application/graphql-response+json' },
    json: {
      data: {
        offers: [
          { id: '1', title: 'Mug' },
          { id: '2', title: 'Lamp' },
        ],
      },
    },
  },
  { it: 'takes variables', ...ask('query ($id: ID) { offer(id: $id) { price } }', { id: '2' }), json: { data: { offer: { price: 30 } } } },
  { it: 'has no such offer', ...ask('{ offer(id: $id) { price } }', { id: '9' }), json: { data: { offer: null } } },
  {
    it: 'answers beside an error',
    ...ask('{ offers { id } fail { x } }'),
    json: { data: { offers: [{ id: '1' }, { id: '2' }], fail: null }, errors: [{ message: 'resolver failed', path: ['fail'] }] },
  },
  { it: 'reads JSON only', method: 'POST', body: '{', status: 400, json: { errors: [{ message: 'The body is not JSON' }] } },
  { it: 'takes POST only', status: 405, has: { allow: 'POST' } },
] satisfies Check[];
