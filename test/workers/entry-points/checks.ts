import type { Check } from '../check.ts';

const common = { plugin: 'workers/examples/entry-points', release: 1, outcome: 'ok' };
const rpc = (entrypoint: string, method: string, ...args: unknown[]) => ({ interface: 'rpc', entrypoint, method, args });

export default [
  { it: 'answers requests by the default class', path: '/x', text: 'GET /x' },
  {
    it: 'has a method of the default class',
    invoke: rpc('default', 'ping'),
    json: { ...common, interface: 'rpc:default.ping', result: 'pong' },
  },
  {
    it: 'has a method of a named class',
    invoke: rpc('Prices', 'quote', 'mug', 4),
    json: { ...common, interface: 'rpc:Prices.quote', result: { sku: 'mug', total: 12 } },
  },
  {
    it: 'has a method of a handler object',
    invoke: rpc('admin', 'describe', 'mug'),
    json: { ...common, interface: 'rpc:admin.describe', result: 'about mug' },
  },
  { it: 'says what a method threw', invoke: rpc('Prices', 'fails'), status: 502, text: /TypeError: no quote/ },
  { it: 'has nothing private', invoke: rpc('Prices', 'unit', 'x'), status: 404, text: /no_such_interface/ },
] satisfies Check[];
