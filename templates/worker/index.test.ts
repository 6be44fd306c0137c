import { call } from 'nbox:test';
import plugin from './index.ts';
import { totalCents } from './orders.ts';

it('answers requests', async () => {
  expect(await (await call(plugin, '/x')).json()).toEqual({ path: '/x', example: 790 });
});

it('adds orders up', () => {
  expect(
    totalCents([
      { id: 1, cents: 100 },
      { id: 2, cents: 20 },
    ]),
  ).toBe(120);
});

describe('the queue handler', () => {
  it('takes orders, and has what is none come again', async () => {
    const said: string[] = [];
    const messages = [{ id: 1, cents: 5 }, 'no order'].map((body, i) => ({
      ...{ id: String(i), timestamp: new Date(0), body, attempts: 1 },
      ack: () => void said.push('ack'),
      retry: () => void said.push('retry'),
    }));
    await plugin.queue({ queue: 'orders', messages, ackAll: () => {}, retryAll: () => {} });
    expect(said).toEqual(['ack', 'retry']);
  });
});
