/** Takes orders from a queue: bad ones are dropped with a word in the log, those that fail come again, later each time. */
interface Order {
  readonly id: number;
  readonly lines: readonly { readonly sku: string; readonly count: number }[];
}

const stock = new Map([
  ['mug', 10],
  ['lamp', 1],
]);

function settle(order: Order): void {
  for (const { sku, count } of order.lines) if ((stock.get(sku) ?? 0) < count) throw new Error(`not enough ${sku}`);
  for (const { sku, count } of order.lines) stock.set(sku, (stock.get(sku) ?? 0) - count);
}

export default {
  async fetch(): Promise<Response> {
    return Response.json(Object.fromEntries(stock));
  },
  async queue(batch, _env, ctx): Promise<void> {
    for (const message of batch.messages) {
      if (typeof message.body?.id !== 'number' || !Array.isArray(message.body.lines)) {
        console.error(`dropped ${message.id} of ${batch.queue}`);
        message.ack();
        continue;
      }
      try {
        settle(message.body);
        message.ack();
      } catch {
        message.retry({ delaySeconds: Math.min(2 ** message.attempts * 10, 43_200) });
      }
    }
    ctx.waitUntil(Promise.resolve(batch.messages.length));
  },
} satisfies ExportedHandler<unknown, Order>;
