/** loader/guest/handler.ts and events.ts in a real sandbox: entry points of every form, and what comes of events. */

import assert from 'node:assert/strict';
import type { Interface } from '../../../loader/interface.ts';
import type { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { callOf, getHead, type Notebook, sandboxOf } from '../../support/sandboxes.ts';

/** As the bundler writes the import. */
const imported = 'const { WorkerEntrypoint, env } = __nboxWorkers();\n';

async function interfacesOf(code: string): Promise<readonly string[]> {
  const { sandbox } = await sandboxOf(code);
  sandbox.close();
  return sandbox.interfaces;
}

let lastCall = 0;

function replyOf(notes: Notebook): string {
  const told = notes.take().find(({ kind }) => kind === 'reply' || kind === 'fail');
  if (told?.kind === 'reply') return told.body;
  return told?.kind === 'fail' ? `fails: ${told.message}` : 'nothing';
}

/** The reply as JSON, `error` as its message; a text where the platform refused. */
function happen({ sandbox, notes }: { sandbox: Sandbox; notes: Notebook }, name: Interface, event: object): unknown {
  sandbox.start(callOf(++lastCall), JSON.stringify(event), undefined, name);
  const text = replyOf(notes);
  if (!text.startsWith('{')) return text;
  const outcome = JSON.parse(text) as { error?: { message: string } };
  return outcome.error === undefined ? outcome : { ...outcome, error: outcome.error.message };
}

const messages = (...bodies: unknown[]) => ({
  queue: 'orders',
  messages: bodies.map((body, i) => ({ id: `m${i}`, timestamp: 1_700_000_000_000 + i, attempts: i + 1, body })),
});

describe('the interfaces of a plugin', () => {
  for (const [code, interfaces] of [
    ['export default () => 1', ['fetch']],
    ['export default function* () {}', ['fetch']],
    ['export default { fetch() {} }', ['fetch']],
    ['export default { fetch() {}, queue() {}, scheduled() {} }', ['fetch', 'queue', 'scheduled']],
    ['export default { scheduled() {} }', ['scheduled']],
    ['export default { queue() {}, fetch: 1, helper() {} }', ['queue']],
    ['class App { queue() {} } export default new App()', ['queue']],
    ['export default { fetch() {}, total(list, env, ctx) {}, helper(a) {} }', ['fetch', 'rpc:default.total']],
    ['export default class { fetch() {} other() {} }', ['fetch']],
    [
      `${imported}export default class extends WorkerEntrypoint { fetch() {} add(a, b) {} #hidden() {} "no name"() {} get x() { throw 1 } static s() {} }`,
      ['fetch', 'rpc:default.add'],
    ],
    [`${imported}export default class extends WorkerEntrypoint { add(a, b) {} }`, ['rpc:default.add']],
    [
      `${imported}class Base extends WorkerEntrypoint { one() {} } export class B extends Base { two() {} one() {} scheduled() {} } export const a = { queue() {}, m(a, b, c) {} }; export class Helper { x() {} } export const table = { x() {} }; export default () => 1`,
      ['fetch', 'scheduled:B', 'rpc:B.two', 'rpc:B.one', 'queue:a', 'rpc:a.m'],
    ],
    ['export const list = [1]; export const text = "x"; export function f() {} export default { fetch() {} }', ['fetch']],
  ] as const) {
    it(`are ${interfaces.join(', ')} of ${code.slice(code.indexOf('\n') + 1).slice(0, 80)}`, async () =>
      assert.deepEqual(await interfacesOf(code), interfaces));
  }

  it('are at most 200', async () => {
    const methods = Array.from({ length: 201 }, (_, i) => `m${i}() {}`).join(' ');
    await assert.rejects(
      interfacesOf(`${imported}export default class extends WorkerEntrypoint { ${methods} }`),
      /has 201 interfaces.*may have 200/,
    );
  });

  it('are none of a class without a method', async () => {
    await assert.rejects(interfacesOf('export default class { other() {} }'), /has none of fetch, queue and scheduled/);
    await assert.rejects(interfacesOf('export default { other() {} }'), /handler object has none of fetch, queue and scheduled/);
  });
});

describe('a class', () => {
  it('answers requests with an instance for each, which has ctx and env', async () => {
    const { sandbox, notes } = await sandboxOf(
      `${imported}export default class extends WorkerEntrypoint {
        n = 0;
        fetch(request) {
          this.n += 1;
          const { pathname } = new URL(request.url);
          return Response.json([pathname, arguments.length, this.n, typeof this.ctx.waitUntil, this.env === env, Object.keys(this.env)]);
        }
      }`,
    );
    for (let i = 0; i < 2; i += 1) {
      sandbox.start(callOf(++lastCall), getHead, undefined);
      assert.equal(replyOf(notes), '["/path",1,1,"function",true,[]]');
    }
    sandbox.close();
  });

  it('that throws in its constructor fails the call', async () => {
    const { sandbox, notes } = await sandboxOf('export default class { constructor() { throw new Error("no") } fetch() {} }');
    sandbox.start(callOf(++lastCall), getHead, undefined);
    assert.equal(replyOf(notes), 'fails: Error: no');
    sandbox.close();
  });

  it('that is a named export answers requests by its name', async () => {
    const { sandbox, notes } = await sandboxOf(
      `${imported}export class Admin extends WorkerEntrypoint { async fetch(request) { return new Response('admin ' + await request.text()) } }
      export const other = { fetch(request, env, ctx) { return new Response('other ' + arguments.length) } };
      export default () => 'main';`,
    );
    sandbox.start(callOf(++lastCall), getHead.replace('GET', 'POST'), Buffer.from('body'), 'fetch:Admin');
    assert.equal(replyOf(notes), 'admin body');
    sandbox.start(callOf(++lastCall), getHead, undefined, 'fetch:other');
    assert.equal(replyOf(notes), 'other 3');
    sandbox.start(callOf(++lastCall), getHead, undefined, 'fetch:nobody');
    assert.equal(replyOf(notes), 'fails: TypeError: The plugin has no fetch:nobody');
    sandbox.start(callOf(++lastCall), getHead, undefined);
    assert.equal(replyOf(notes), '"main"');
    sandbox.close();
  });
});

describe('a queue handler', () => {
  const outcomes = async (body: string, ...bodies: unknown[]) => {
    const made = await sandboxOf(`export default { async queue(batch, env, ctx) { const [a, b] = batch.messages; ${body} } }`);
    const outcome = happen(made, 'queue', messages(...(bodies.length === 0 ? ['x', 'y'] : bodies)));
    made.sandbox.close();
    return outcome;
  };
  const ack = { outcome: 'ack' };
  const retry = { outcome: 'retry' };

  it('gets the batch', async () => {
    const shown = `throw new Error(JSON.stringify([batch.queue, batch.messages.length, a.id, a.timestamp.toISOString(), a.attempts, a.body, b.attempts,
      String(batch), String(a), Object.isFrozen(batch.messages), arguments.length]))`;
    const { error } = (await outcomes(shown, { deep: ['é', null] }, 2)) as { error: string };
    assert.deepEqual(JSON.parse(error.replace('Error: ', '')), [
      ...['orders', 2, 'm0', '2023-11-14T22:13:20.000Z', 1, { deep: ['é', null] }, 2],
      ...['[object MessageBatch]', '[object Message]', true, 3],
    ]);
  });

  it('gets bytes', async () => {
    const made = await sandboxOf(
      'export default { queue({ messages: [a] }) { throw [a.body.byteLength, ...new Uint8Array(a.body)].join() } }',
    );
    const event = { queue: 'q', messages: [{ id: '1', timestamp: 0, attempts: 1, bytes: 'AP8H' }] };
    assert.deepEqual(happen(made, 'queue', event), { messages: [retry], error: '3,0,255,7' });
    made.sandbox.close();
  });

  for (const [what, body, expected] of [
    ['acks what nothing was said of', '', [ack, ack]],
    ['acks all but what it retries', 'b.retry()', [ack, retry]],
    ['retries with a delay', 'a.retry({ delaySeconds: 30 }); b.retry({})', [{ ...retry, delaySeconds: 30 }, retry]],
    ['takes the first word about a message', 'a.ack(); a.retry(); b.retry(); b.ack()', [ack, retry]],
    ['retries all but what it acked', 'a.ack(); batch.retryAll({ delaySeconds: 5 })', [ack, { ...retry, delaySeconds: 5 }]],
    ['acks all but what it retried', 'a.retry(); batch.ackAll()', [retry, ack]],
    ['takes the first word about the batch', 'batch.ackAll(); batch.retryAll(); b.retry()', [ack, ack]],
    [
      'keeps to retryAll where a message is acked after it',
      'batch.retryAll(); a.ack(); b.retry({ delaySeconds: 1 })',
      [retry, { ...retry, delaySeconds: 1 }],
    ],
    [
      'waits for what ctx.waitUntil has, and what that adds',
      'ctx.waitUntil(Promise.resolve().then(() => ctx.waitUntil(Promise.resolve().then(() => b.retry()))))',
      [ack, retry],
    ],
  ] as const) {
    it(what, async () => assert.deepEqual(await outcomes(body), { messages: expected }));
  }

  it('that throws has all come again but what it acked', async () => {
    assert.deepEqual(await outcomes('a.ack(); throw new Error("later")'), { messages: [ack, retry], error: 'Error: later' });
    assert.deepEqual(await outcomes('batch.ackAll(); throw new Error("later")'), { messages: [ack, ack], error: 'Error: later' });
    assert.deepEqual(await outcomes('ctx.waitUntil(Promise.reject(new Error("beside")))'), {
      ...{ messages: [retry, retry], error: 'Error: beside' },
    });
  });

  it('is told of a delay that no queue takes', async () => {
    for (const delay of ['-1', '43201', '"soon"', 'NaN']) {
      const { error } = (await outcomes(`a.retry({ delaySeconds: ${delay} })`)) as { error: string };
      assert.equal(error, 'RangeError: delaySeconds must be a number from 0 to 43200', delay);
    }
  });

  it('that never ends has no outcome', async () => assert.equal(await outcomes('await new Promise(() => {})'), 'nothing'));
});

describe('a scheduled handler', () => {
  const event = { cron: '*/5 * * * *', scheduledTime: 1_700_000_000_000 };

  it('gets the time that has come', async () => {
    const made = await sandboxOf(
      'export default { scheduled(c, env, ctx) { throw [c.cron, c.scheduledTime, c.type, String(c), String(ctx), typeof env].join() } }',
    );
    const error = '*/5 * * * *,1700000000000,scheduled,[object ScheduledController],[object ExecutionContext],object';
    assert.deepEqual(happen(made, 'scheduled', event), { noRetry: false, error });
    made.sandbox.close();
  });

  it('of a class gets it alone, and may refuse to be tried again', async () => {
    const made = await sandboxOf(
      'export default class { constructor(ctx, env) { this.ctx = ctx } async scheduled(c) { c.noRetry(); this.ctx.waitUntil(Promise.resolve()); if (arguments.length > 1) throw 1 } }',
    );
    assert.deepEqual(happen(made, 'scheduled', event), { noRetry: true });
    made.sandbox.close();
  });
});

describe('a method', () => {
  const code = `${imported}
    export class Shop extends WorkerEntrypoint {
      own = () => 1;
      async total(...prices) { return prices.reduce((sum, price) => sum + price, 0) }
      nothing() {}
      give(what) { return made[what] }
      fails() { throw new RangeError('no such price') }
      who() { return [this instanceof Shop, typeof this.ctx.waitUntil] }
    }
    const made = { map: new Map(), when: new Date(0), nan: NaN, f() {}, instance: new (class A {}), big: 1n, deep: { a: [{ b: new Set() }] } };
    made.cycle = {}; made.cycle.self = [made.cycle];
    export const plain = { fetch() {}, twice(n, env, ctx) { return [n * 2, arguments.length, this === plain] } };
    export default () => 1;`;
  let made: Awaited<ReturnType<typeof sandboxOf>>;
  before(async () => {
    made = await sandboxOf(code);
  });
  after(() => made.sandbox.close());
  const ask = (name: string, ...args: unknown[]) => happen(made, `rpc:${name}` as Interface, { args });

  it('is called with its arguments, and gives what it returns', () => {
    assert.deepEqual(ask('Shop.total', 1, 2, 39), { result: 42 });
    assert.deepEqual(ask('Shop.nothing'), {});
    assert.deepEqual(ask('Shop.who'), { result: [true, 'function'] });
    assert.deepEqual(ask('Shop.give', 'when'), { result: '1970-01-01T00:00:00.000Z' });
  });

  it('of an object takes one argument, env and ctx', () => {
    assert.deepEqual(ask('plain.twice', 21), { result: [42, 3, true] });
    const error = 'TypeError: A method of a handler object takes one argument; extend WorkerEntrypoint to take more';
    assert.deepEqual(ask('plain.twice', 1, 2), { error });
  });

  it('that throws has failed', () => assert.deepEqual(ask('Shop.fails'), { error: 'RangeError: no such price' }));

  for (const [what, has] of Object.entries({
    ...{ map: 'a map', nan: 'NaN', f: 'a function', instance: 'an instance of a class', big: 'a bigint', deep: 'a set', cycle: 'a cycle' },
  })) {
    it(`cannot return what JSON would change: ${what}`, () =>
      assert.equal(ask('Shop.give', what), `fails: TypeError: The result of a method must be what JSON can carry; this has ${has}`));
  }

  for (const name of ['Shop.own', 'Shop.constructor', 'Shop.toString', 'Shop.fetch', 'plain.fetch', 'Nobody.x', 'Shop.__proto__']) {
    it(`is none: ${name}`, () => assert.match(JSON.stringify(ask(name)), /has no (method|entry point)/));
  }
});
