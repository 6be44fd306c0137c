/** Calls leave nothing behind: neither in a sandbox's memory nor beside it. */

import assert from 'node:assert/strict';
import { callOf, sandboxOf } from '../../support/sandboxes.ts';

const pageBytes = 4_096;
const head =
  'POST\nhttp://localhost/orders/17?verbose=1\nhost\nlocalhost\ncontent-type\napplication/json\nuser-agent\ntest\naccept\n*/*\nx-tenant\n';
const source = `export default {
  async fetch(request) {
    const order = await request.json();
    if (order.id % 100 === 0) {
      const late = setTimeout(() => {}, 60_000);
      if (order.id % 200 === 0) clearTimeout(late);
    }
    return Response.json(
      { id: order.id, tenant: request.headers.get('x-tenant'), path: new URL(request.url).pathname, lines: order.lines.map((line) => line * 2) },
      { headers: { 'x-order': String(order.id) } },
    );
  },
};`;

describe('100,000 calls of a sandbox', () => {
  /** What a sandbox is after so many calls. Looking clears its free memory and so changes it: each is looked at once. */
  async function sizeAfter(calls: number): Promise<{ heapEnd: number; pages: number; memoryBytes: number }> {
    const { sandbox, notes } = await sandboxOf(source);
    using _ = sandbox;
    for (let id = 1; id <= calls; id += 1) {
      const body = Buffer.from(JSON.stringify({ id, lines: [id, id % 7, id % 11], note: 'n'.repeat(id % 50) }));
      const stay = sandbox.start(callOf(id), `${head}tenant-${id % 1_000}`, body);
      assert.equal(stay.stopped, undefined);
      const [reply] = notes.take();
      assert.ok(reply?.kind === 'reply' && reply.body.startsWith(`{"id":${id},"tenant":"tenant-${id % 1_000}"`), JSON.stringify(reply));
      sandbox.forget(id);
      assert.equal(sandbox.pendingTimers + sandbox.pendingOps, 0);
    }
    const { heapEnd, pages, memoryBytes } = await sandbox.snapshot();
    return { heapEnd, pages: pages.length, memoryBytes };
  }

  it('leave its memory and what the host keeps beside it as 20,000 did', async () => {
    const [few, many] = [await sizeAfter(20_000), await sizeAfter(100_000)];
    assert.ok(Math.abs(many.heapEnd - few.heapEnd) <= pageBytes, `the heap ended at ${few.heapEnd}, now at ${many.heapEnd}`);
    assert.ok(Math.abs(many.pages - few.pages) <= 1, `${few.pages} pages were in use, now ${many.pages}`);
    assert.equal(many.memoryBytes, few.memoryBytes);
  });
});
