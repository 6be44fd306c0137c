import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { CallMeter } from '../../../host/dispatch/call-meter.ts';
import {
  type Call,
  CallError,
  CallSignal,
  type Dispatch,
  layered,
  nothingSpent,
  type Reply,
  type Spent,
} from '../../../host/dispatch/dispatch.ts';
import { judged } from '../../../host/dispatch/judged.ts';
import { leased } from '../../../host/dispatch/leased.ts';
import { ReplyStream } from '../../../host/dispatch/reply-stream.ts';
import type { Upload } from '../../../host/dispatch/upload.ts';
import { uploaded } from '../../../host/dispatch/uploaded.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { LiveRelease } from '../../../host/release/release.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';

const closed: LiveRelease[] = [];
function live(): LiveRelease {
  const manifest = parseManifest({}, ['index.ts']);
  return new LiveRelease({ plugin: pluginId('a', 'b', 'c'), number: 7, hash: 'x', manifest, createdAt: 0 }, ['fetch'], 1, (one) =>
    closed.push(one),
  );
}

function callOf(release = live()): Call {
  return {
    live: release,
    interface: 'fetch',
    head: 'GET\nhttp://a/',
    body: Buffer.from('abc'),
    idempotent: true,
    admittedAt: performance.now(),
    signal: new CallSignal(),
  };
}

const spent = { ...nothingSpent, executor: 2, cpuUs: 30, steps: 4, memoryBytes: 5 };
const reply = (rest?: Reply['rest']): Reply => ({ head: '200\n', body: Buffer.from('hello'), spent, rest });

describe('layered(layers, innermost)', () => {
  it('calls the first layer first', async () => {
    const order: string[] = [];
    const layer = (name: string) => (next: Dispatch) => async (call: Call) => {
      order.push(name);
      return next(call);
    };
    await layered([layer('a'), layer('b')], async () => reply())(callOf());
    assert.deepEqual(order, ['a', 'b']);
  });
});

describe('leased(meter)', () => {
  const unmetered = leased({ began: () => {}, replied: () => {}, failed: () => {} });

  it('keeps the release from closing until the reply is there', async () => {
    const call = callOf();
    const answer = Promise.withResolvers<Reply>();
    const running = unmetered(() => answer.promise)(call);
    call.live.retire();
    assert.deepEqual([call.live.state, call.live.leases], ['draining', 1]);
    answer.resolve(reply());
    await running;
    assert.deepEqual([call.live.state, closed.at(-1)], ['closed', call.live]);
  });

  it('keeps it until what the call goes on with is over', async () => {
    const call = callOf();
    const rest = Promise.withResolvers<{ spent: typeof spent; error: undefined }>();
    await unmetered(async () => reply(rest.promise))(call);
    assert.equal(call.live.leases, 1);
    rest.resolve({ spent, error: undefined });
    await rest.promise;
    assert.equal(call.live.leases, 0);
  });

  it('keeps it until a call that has failed is over, where it goes on all the same', async () => {
    const call = callOf();
    const rest = Promise.withResolvers<{ spent: typeof spent; error: undefined }>();
    const failure = new CallError('plugin_error', 'x', spent, {}, undefined, rest.promise);
    await assert.rejects(unmetered(async () => Promise.reject(failure))(call), { code: 'plugin_error' });
    assert.equal(call.live.leases, 1);
    rest.resolve({ spent, error: undefined });
    await rest.promise;
    assert.equal(call.live.leases, 0);
  });

  it('gives the lease back when the call fails', async () => {
    const call = callOf();
    await assert.rejects(unmetered(async () => Promise.reject(new NboxError('plugin_error', 'x')))(call), { code: 'plugin_error' });
    assert.equal(call.live.leases, 0);
  });
});

describe('CallMeter(sink, lane)', () => {
  const recorded = async (next: Dispatch, call = callOf()) => {
    const records: UsageRecord[] = [];
    const meter = new CallMeter({ record: (record) => void records.push(record) }, () => 'standard');
    await leased(meter)(next)(call).catch(() => {});
    return records;
  };

  it('records what a reply has cost', async () => {
    const [record] = await recorded(async () => reply());
    assert.deepEqual(
      [record?.plugin, record?.release, record?.outcome, record?.executor, record?.cpuUs, record?.steps, record?.bytesIn, record?.bytesOut],
      ['a/b/c', 7, 'ok', 2, 30, 4, 3, 5],
    );
  });

  it('records by the time of day when a call was admitted, and knows a second later that the clock was set', async () => {
    const records: UsageRecord[] = [];
    const meter = new CallMeter({ record: (record) => void records.push(record) }, () => 'standard');
    const [elapsed, timeOfDay] = [performance.now.bind(performance), Date.now];
    const startedAt = async (now: number, setTo: number, admittedAt: number) => {
      performance.now = () => now;
      Date.now = () => setTo;
      await leased(meter)(async () => reply())({ ...callOf(), admittedAt });
      return records.at(-1)?.startedAt;
    };
    try {
      assert.equal(await startedAt(10_000, 1_000_000, 4_000), 994_000);
      assert.equal(await startedAt(10_900, 5_000_000, 10_800), 1_000_800);
      assert.equal(await startedAt(11_100, 5_000_000, 10_900), 4_999_800);
    } finally {
      performance.now = elapsed;
      Date.now = timeOfDay;
    }
  });

  it('records a failure with its code and what it cost all the same', async () => {
    const [record] = await recorded(async () => Promise.reject(new CallError('cpu_exceeded', 'x', spent)));
    assert.deepEqual([record?.outcome, record?.cpuUs, record?.bytesOut], ['cpu_exceeded', 30, 0]);
  });

  it('tells whoever counts flights of each beginning and end, once, however the call ends', async () => {
    const rest = Promise.withResolvers<{ spent: typeof spent; error: undefined }>();
    const told: string[] = [];
    const flight = { began: () => void told.push('began'), ended: (_: Call, { cpuUs }: Spent) => void told.push(`ended ${cpuUs}`) };
    const layer = leased(new CallMeter({ record: () => {} }, () => 'standard', flight));
    await layer(async () => reply())(callOf());
    await assert.rejects(layer(async () => Promise.reject(new CallError('cpu_exceeded', 'x', spent)))(callOf()));
    await layer(async () => reply(rest.promise))(callOf());
    assert.deepEqual(told, ['began', 'ended 30', 'began', 'ended 30', 'began']);
    rest.resolve({ spent: { ...spent, cpuUs: 70 }, error: undefined });
    await rest.promise;
    assert.deepEqual(told.slice(5), ['ended 70']);
  });

  it('records a stranger’s failure as the host’s', async () => {
    const [record] = await recorded(async () => Promise.reject(new Error('x')));
    assert.equal(record?.outcome, 'internal_error');
  });

  it('records a call whose client has gone as aborted', async () => {
    const call = callOf();
    call.signal.abort();
    assert.equal((await recorded(async () => reply(), call))[0]?.outcome, 'aborted');
  });

  it('records by its own code what a guard or the host has ended though the client had gone, and as aborted what its leaving ended', async () => {
    const call = callOf();
    call.signal.abort();
    for (const [code, outcome] of [
      ['bad_request', 'aborted'],
      ['plugin_error', 'aborted'],
      ['cpu_exceeded', 'cpu_exceeded'],
      ['deadline_exceeded', 'deadline_exceeded'],
      ['memory_exceeded', 'memory_exceeded'],
      ['executor_lost', 'executor_lost'],
    ] as const) {
      const [record] = await recorded(async () => Promise.reject(new CallError(code, 'x', spent)), call);
      assert.equal(record?.outcome, outcome);
    }
  });

  it('records a call that goes on after its reply once, when it is over', async () => {
    const rest = Promise.withResolvers<{ spent: typeof spent; error: NboxError }>();
    const records = await recorded(async () => reply(rest.promise));
    assert.deepEqual(records, []);
    rest.resolve({ spent: { ...spent, cpuUs: 99 }, error: new NboxError('cpu_exceeded', 'x') });
    await rest.promise;
    assert.deepEqual(
      records.map(({ outcome, cpuUs }) => [outcome, cpuUs]),
      [['cpu_exceeded', 99]],
    );
  });

  it('records a call that has failed and goes on with all that it has cost, by its failure', async () => {
    const rest = Promise.withResolvers<{ spent: typeof spent; error: undefined }>();
    const failure = new CallError('plugin_error', 'x', spent, {}, undefined, rest.promise);
    const records = await recorded(async () => Promise.reject(failure));
    assert.deepEqual(records, []);
    rest.resolve({ spent: { ...spent, cpuUs: 99 }, error: undefined });
    await rest.promise;
    assert.deepEqual(
      records.map(({ outcome, cpuUs }) => [outcome, cpuUs]),
      [['plugin_error', 99]],
    );
  });

  it('records what streamed in both directions, when it is over', async () => {
    const rest = Promise.withResolvers<{ spent: typeof spent; error: undefined }>();
    const stream = new ReplyStream(() => {});
    const upload = { bytes: 5, begun: true, error: undefined } as Upload;
    const call = { ...callOf(), body: undefined, upload };
    const records = await recorded(async () => ({ ...reply(rest.promise), body: Buffer.alloc(0), stream }), call);
    stream.write(Buffer.alloc(70))?.catch(() => {});
    stream.end();
    assert.deepEqual(records, []);
    rest.resolve({ spent, error: undefined });
    await rest.promise;
    assert.deepEqual(
      records.map(({ outcome, bytesIn, bytesOut, wallUs }) => [outcome, bytesIn, bytesOut, wallUs]),
      [['ok', 5, 70, Math.round((stream.endedAt - call.admittedAt) * 1_000)]],
    );
  });
});

describe('uploaded', () => {
  const error = new NboxError('request_too_large', 'x');
  const withUpload = (upload: Partial<Upload>) => ({ ...callOf(), upload: upload as Upload });

  it('lets a call without a body that streams, or with a whole one, be', async () => {
    const given = reply();
    assert.equal(await uploaded(async () => given)(callOf()), given);
    assert.equal(await uploaded(async () => given)(withUpload({ error: undefined })), given);
  });

  it('answers for a broken body in place of the plugin, with what the call has cost', async () => {
    const expected = { code: 'request_too_large', spent };
    await assert.rejects(uploaded(async () => reply())(withUpload({ error })), expected);
    await assert.rejects(uploaded(async () => Promise.reject(new CallError('plugin_error', 'y', spent)))(withUpload({ error })), expected);
  });

  it('leaves a reply alone that has begun, and failures of others', async () => {
    const given = { ...reply(), stream: new ReplyStream(() => {}) };
    assert.equal(await uploaded(async () => given)(withUpload({ error })), given);
    await assert.rejects(uploaded(async () => Promise.reject(new Error('host')))(withUpload({ error })), { message: 'host' });
  });
});

describe('judged', () => {
  const batch = { queue: 'q', messages: [{ id: 'a', timestamp: 0, attempts: 1, body: 1 }] };
  const event = (): Call => ({ ...callOf(), interface: 'queue', head: JSON.stringify(batch), messages: 1, body: undefined });
  const replying = (body: string) => judged(async () => ({ ...reply(), body: Buffer.from(body) }));

  it('gives a request as it came', async () => {
    const given = reply();
    assert.equal(await judged(async () => given)(callOf()), given);
    assert.equal(await judged(async () => given)({ ...callOf(), interface: 'fetch:Admin' }), given);
  });

  it('reads what came of an event', async () => {
    const { outcome } = await replying('{"messages":[{"outcome":"retry","delaySeconds":3}]}')(event());
    assert.deepEqual(outcome, { messages: [{ outcome: 'retry', delaySeconds: 3 }] });
  });

  it('fails a call whose handler threw, with what it had decided', async () => {
    const threw = replying('{"messages":[{"outcome":"ack"}],"error":{"message":"Error: x","stack":"at f"}}')(event());
    await assert.rejects(threw, (error) => {
      assert.ok(error instanceof CallError);
      assert.deepEqual([error.code, error.message, error.guestStack, error.spent], ['plugin_error', 'Error: x', 'at f', spent]);
      assert.deepEqual(error.outcome, { messages: [{ outcome: 'ack' }] });
      return true;
    });
  });

  it('tells of an event whose handler threw when what it goes on with is over', async () => {
    const rest = Promise.resolve({ spent, error: undefined });
    const body = Buffer.from('{"messages":[{"outcome":"ack"}],"error":{"message":"Error: x","stack":"at f"}}');
    const threw = judged(async () => ({ ...reply(rest), body }))(event());
    await assert.rejects(threw, (error) => error instanceof CallError && error.rest === rest);
  });

  for (const wrong of [
    '',
    '[]',
    '{"messages":[]}',
    '{}',
    '{"messages":[{"outcome":"drop"}]}',
    '{"messages":[{"outcome":"ack"}],"more":1}',
  ]) {
    it(`takes no outcome that is none of the event's: ${wrong}`, async () =>
      assert.rejects(replying(wrong)(event()), { code: 'plugin_error', message: "The event's outcome cannot be read" }));
  }
});
