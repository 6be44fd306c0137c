import type { Check } from '../check.ts';

const common = { plugin: 'workers/examples/queue-consumer', release: 1, interface: 'queue', outcome: 'ok' };
const order = (id: number, sku: string, count: number) => ({ id, lines: [{ sku, count }] });

export default [
  {
    it: 'settles orders, has others come again, and drops what is none',
    invoke: {
      ...{ interface: 'queue', queue: 'orders' },
      messages: [
        { id: 'a', body: order(1, 'mug', 3) },
        { id: 'b', body: order(2, 'lamp', 2), attempts: 3 },
        { id: 'c', body: 'no order' },
        { id: 'd', body: null },
      ],
    },
    json: {
      ...common,
      messages: [
        { id: 'a', outcome: 'ack' },
        { id: 'b', outcome: 'retry', delaySeconds: 80 },
        { id: 'c', outcome: 'ack' },
        { id: 'd', outcome: 'ack' },
      ],
    },
  },
  { it: 'has taken what it settled', json: { mug: 7, lamp: 1 } },
] satisfies Check[];
