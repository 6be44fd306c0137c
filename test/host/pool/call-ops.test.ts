import assert from 'node:assert/strict';
import { type Call, CallSignal } from '../../../host/dispatch/dispatch.ts';
import { OpError, type OpHandler } from '../../../host/dispatch/op.ts';
import type { Answer, Op } from '../../../host/executor/wire.ts';
import { CallOps } from '../../../host/pool/call-ops.ts';

const call: Call = {
  live: { limits: { hostCalls: 2 } } as never,
  ...{ interface: 'fetch', head: '', body: undefined, idempotent: true, admittedAt: 0 },
  signal: new CallSignal(),
};
const op = (name: string, json = '', id = 1): Op => ({ kind: 'op', call: 7, op: id, name, json, bytes: undefined });

function opsOf(handlers: Record<string, OpHandler>): { ops: CallOps; answers: Answer[]; failures: unknown[] } {
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  const parts = { call, own: () => undefined, reply: () => undefined, handlers: new Map(Object.entries(handlers)) };
  const ops = new CallOps({ ...parts, answer: (one) => answers.push(one), failed: (_, error) => failures.push(error) });
  return { ops, answers, failures };
}

const refusal = (answer: Answer | undefined) => (answer?.ok === false ? (JSON.parse(answer.json) as object) : undefined);

describe('CallOps', () => {
  it('answers with what the handler gives', async () => {
    const run: OpHandler['run'] = async ({ data }) => ({ data: { twice: [data, data] }, bytes: Buffer.from('b') });
    const { ops, answers } = opsOf({ a: { outside: false, run }, none: { outside: false, run: () => undefined } });
    await ops.run(op('a', '{"n":1}'));
    await ops.run(op('none', '', 2));
    assert.deepEqual(answers, [
      { kind: 'answer', call: 7, op: 1, ok: true, json: '{"twice":[{"n":1},{"n":1}]}', bytes: Buffer.from('b') },
      { kind: 'answer', call: 7, op: 2, ok: true, json: '', bytes: undefined },
    ]);
  });

  it('notes what was asked for and answered, and nothing of what the call says itself', async () => {
    const run: OpHandler['run'] = () => ({ data: 1 });
    const { ops } = opsOf({ a: { outside: false, run }, 'reply.write': { outside: false, run } });
    await ops.run(op('a', '{"n":1}'));
    await ops.run(op('reply.write', '', 2));
    assert.deepEqual(
      ops.notes.ops.map(({ name, answer }) => [name, answer?.json]),
      [['a', '1']],
    );
  });

  it('refuses names that nobody handles', async () => {
    const { ops, answers } = opsOf({});
    await ops.run(op('toString'));
    assert.deepEqual(refusal(answers[0]), { name: 'Error', message: 'The host has no operation toString' });
  });

  it('passes an OpError on, and of other failures nothing', async () => {
    const error = new Error('secret');
    const { ops, answers, failures } = opsOf({
      told: {
        outside: false,
        run: () => {
          throw new OpError('not so', 'TypeError');
        },
      },
      failed: { outside: false, run: () => Promise.reject(error) },
    });
    await ops.run(op('told'));
    await ops.run(op('failed'));
    assert.deepEqual(answers.map(refusal), [
      { name: 'TypeError', message: 'not so' },
      { name: 'Error', message: 'The host failed' },
    ]);
    assert.deepEqual(failures, [error]);
  });

  it('counts what leaves for the outside, and refuses more than hostCalls', async () => {
    const { ops, answers } = opsOf({ out: { outside: true, run: () => undefined }, in: { outside: false, run: () => undefined } });
    for (const name of ['out', 'in', 'out', 'out', 'in']) await ops.run(op(name));
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      [true, true, true, false, true],
    );
    assert.match(String((refusal(answers[3]) as { message: string }).message), /hostCalls is 2/);
    assert.equal(ops.outside, 2);
  });

  it('gives up what is being done when the call is over, and answers nothing more', async () => {
    let given: AbortSignal | undefined;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { ops, answers } = opsOf({
      long: {
        outside: false,
        run: ({ signal }) => {
          given = signal;
          return promise;
        },
      },
    });
    const running = ops.run(op('long'));
    ops.close();
    assert.equal(given?.aborted, true);
    resolve(undefined);
    await running;
    await ops.run(op('long'));
    assert.deepEqual(answers, []);
  });

  it('answers nothing to what was only told', async () => {
    let data: unknown;
    const run: OpHandler['run'] = (given) => {
      data = given.data;
      return undefined;
    };
    const { ops, answers } = opsOf({ a: { outside: false, run } });
    await ops.run(op('a', '5', 0));
    assert.deepEqual([data, answers], [5, []]);
  });
});
