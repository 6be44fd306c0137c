/** What a sandbox asks of its host for bodies that stream, step by step, with the test as the host. */

import assert from 'node:assert/strict';
import type { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { callOf, getHead, type Notebook, sandboxOf, type Told } from '../../support/sandboxes.ts';

const postHead = 'POST\nhttp://localhost/';
type Op = Extract<Told, { kind: 'op' }>;

/** What was told, in short: `#id name: bytes`. */
const shortly = (notes: Notebook): string[] =>
  notes.take().map((one) => {
    if (one.kind === 'op') return `#${one.id} ${one.name}${one.bytes === undefined ? one.json : `: ${one.bytes}`}`;
    return one.kind === 'reply' ? `reply ${one.head.split('\n')[0]} ${one.body}` : one.kind === 'fail' ? `fail ${one.message}` : one.kind;
  });

describe('a sandbox with bodies that stream', () => {
  let sandbox: Sandbox;
  let notes: Notebook;
  const open = async (code: string) => {
    ({ sandbox, notes } = await sandboxOf(code));
  };
  afterEach(() => sandbox.close());

  it('asks for a request’s body when it is read, chunk by chunk', async () => {
    await open(`export default async (request) => { const text = await request.text(); return new Response(text + '!'); }`);
    const call = callOf(1);
    sandbox.start(call, postHead, null);
    assert.deepEqual([shortly(notes), sandbox.pendingOps], [['#1 body.read'], 1]);
    sandbox.resume(call, 1, true, '', Buffer.from('grü'));
    sandbox.resume(call, 2, true, '', Buffer.from('ße'));
    assert.deepEqual([shortly(notes), sandbox.pendingOps], [['#2 body.read', '#3 body.read'], 1]);
    sandbox.resume(call, 3, true, '', undefined);
    assert.deepEqual([shortly(notes), sandbox.pendingOps], [['reply 200 grüße!'], 0]);
  });

  it('asks for nothing that nobody reads, and tells that nobody will', async () => {
    await open('export default async (request) => { await request.body.cancel(); return 1; }');
    sandbox.start(callOf(1), postHead, null);
    assert.deepEqual(shortly(notes), ['#0 body.cancel', 'reply 200 1']);
  });

  it('passes the host’s failure on to whoever reads', async () => {
    await open('export default async (request) => request.text().catch((error) => [error instanceof TypeError, error.message])');
    const call = callOf(1);
    sandbox.start(call, postHead, null);
    sandbox.resume(call, 1, false, '{"name":"TypeError","message":"broke off"}', undefined);
    assert.deepEqual(shortly(notes), ['#1 body.read', 'reply 200 [true,"broke off"]']);
  });

  it('sends the head of a stream, then what there is in one piece, and its end', async () => {
    const stream = 'new ReadableStream({ start(c) { for (const n of [1, 2, 3]) c.enqueue(new Uint8Array([48 + n])); c.close(); } })';
    await open(`export default () => new Response(${stream}, { status: 201 })`);
    sandbox.start(callOf(1), getHead, undefined);
    assert.deepEqual(shortly(notes), ['reply 201 <stream>', '#1 reply.write: 123', '#0 reply.end', 'settled']);
  });

  it('sends no more than a window, and goes on when that is acknowledged', async () => {
    await open('export default () => new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(100_000)); } }))');
    const call = callOf(1);
    sandbox.start(call, getHead, undefined);
    const sizes = () =>
      notes
        .take()
        .filter((one): one is Op => one.kind === 'op')
        .map(({ id, bytes }) => [id, bytes?.length]);
    // One window of the chunk, and no more until it is acknowledged.
    assert.deepEqual(sizes(), [[1, 65_536]]);
    sandbox.resume(call, 1, true, '', undefined);
    // The rest leaves room for one more.
    assert.deepEqual(sizes(), [
      [2, 34_464],
      [3, 65_536],
    ]);
    sandbox.resume(call, 3, true, '', undefined);
    assert.deepEqual(sizes(), [[4, 34_464]]);
  });

  it('sends no more than sixteen pieces, however small', async () => {
    await open(`let controller; export default (request) => {
      if (controller === undefined) return new Response(new ReadableStream({ start(c) { controller = c; } }, { highWaterMark: 100 }));
      controller.enqueue(new Uint8Array([66]));
      return controller.desiredSize;
    }`);
    sandbox.start(callOf(1), getHead, undefined);
    for (let id = 2; id <= 30; id += 1) sandbox.start(callOf(id), getHead, undefined);
    // One more was being read already.
    assert.equal(sandbox.pendingOps, 17);
    notes.take();
    sandbox.resume(callOf(1), 1, true, '', undefined);
    assert.deepEqual(notes.take(), []);
    // What has come meanwhile leaves together.
    sandbox.resume(callOf(1), 2, true, '', undefined);
    assert.deepEqual(shortly(notes), [`#18 reply.write: ${'B'.repeat(12)}`]);
  });

  it('sends what came before a failure, and then the failure', async () => {
    await open(
      `export default () => new Response(new ReadableStream({ pull(c) { if (this.n) throw new RangeError('no more'); this.n = 1; c.enqueue(new Uint8Array([65])); } }))`,
    );
    sandbox.start(callOf(1), getHead, undefined);
    const told = notes.take();
    assert.deepEqual(
      told.map((one) => (one.kind === 'op' ? one.name : one.kind)),
      ['reply', 'reply.write', 'reply.error', 'settled'],
    );
    assert.equal(JSON.parse((told[2] as Op).json).message, 'RangeError: no more');
  });

  it('gone(call) cancels the stream and aborts the signal, whose call it names to be kept', async () => {
    await open(`export default (request) => {
      request.signal.onabort = () => console.log('abort ' + request.signal.reason.name);
      return new Response(new ReadableStream({ cancel(reason) { console.log('cancel ' + reason.name); } }));
    }`);
    const call = callOf(1);
    sandbox.start(call, getHead, undefined);
    assert.deepEqual(
      notes.take().map(({ kind }) => kind),
      ['reply'],
    );
    sandbox.gone(call);
    assert.deepEqual(
      notes.take().map((one) => (one.kind === 'log' ? one.text : one.kind)),
      ['cancel AbortError', 'abort AbortError', 'settled'],
    );
    sandbox.gone(call);
    assert.deepEqual(notes.take(), []);
  });

  it('a signal that is first looked at when the call is over never aborts', async () => {
    await open('let kept; export default (request) => { if (kept) return kept.signal.aborted; kept = request; return 0; }');
    sandbox.start(callOf(1), getHead, undefined);
    notes.over.add(1);
    sandbox.forget(1, true);
    sandbox.start(callOf(2), getHead, undefined);
    assert.deepEqual(shortly(notes), ['reply 200 0', 'reply 200 false']);
  });

  it('forget(call) drops what the call waits for', async () => {
    await open('export default async (request) => { await request.text(); return 1; }');
    const call = callOf(1);
    sandbox.start(call, postHead, null);
    sandbox.forget(1, false);
    assert.deepEqual([sandbox.pendingOps, sandbox.isPending(1)], [0, false]);
    // It is dropped in the guest, too, before anything else runs there.
    sandbox.start(callOf(2), postHead, Buffer.from('x'));
    assert.deepEqual(shortly(notes), ['#1 body.read', 'reply 200 1']);
  });

  it('a read for a call that is over fails', async () => {
    await open(`let kept; export default async (request) => {
      if (kept === undefined) { kept = request; return 0; }
      return kept.text().catch((error) => error.message);
    }`);
    sandbox.start(callOf(1), postHead, null);
    notes.over.add(1);
    sandbox.start(callOf(2), getHead, undefined);
    assert.deepEqual(shortly(notes), ['reply 200 0', '#1 body.read', 'reply 200 "The call is over"']);
    assert.equal(sandbox.pendingOps, 0);
  });

  it('what one call writes to another’s stream goes to that other’s client', async () => {
    await open(`let other; export default (request) => {
      if (other !== undefined) { other.enqueue(new Uint8Array([66])); return 2; }
      return new Response(new ReadableStream({ start(c) { other = c; } }));
    }`);
    sandbox.start(callOf(1), getHead, undefined);
    sandbox.start(callOf(2), getHead, undefined);
    assert.deepEqual(
      notes.take().map((one) => `${one.kind} ${one.call}`),
      ['reply 1', 'reply 2', 'op 1'],
    );
  });
});
