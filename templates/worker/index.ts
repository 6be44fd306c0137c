import { type Handler, WorkerEntrypoint } from 'nbox';
import { type Order, totalCents } from './orders.ts';

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json({ path: pathname, example: totalCents([{ id: 1, cents: 790 }]) });
  },

  // nbox invoke <plugin> queue orders -d '[{"id": 1, "cents": 790}]'
  async queue(batch) {
    for (const message of batch.messages) {
      const order = message.body as Partial<Order>;
      if (typeof order.cents === 'number') message.ack();
      else message.retry({ delaySeconds: 60 });
    }
  },

  // nbox invoke <plugin> scheduled '*/5 * * * *'
  async scheduled(controller) {
    console.log(`it is time: ${controller.cron}`);
  },
} satisfies Handler;

// nbox invoke <plugin> rpc Orders.total -d '[[{"id": 1, "cents": 790}]]'
export class Orders extends WorkerEntrypoint {
  total(orders: Order[]) {
    return totalCents(orders);
  }
}
