/** A call is not to fail, and no host to end, for what a span is to say of it. */

import assert from 'node:assert/strict';
import type { Tracer } from '@opentelemetry/api';
import { type Call, CallError, CallSignal, nothingSpent, type Reply } from '../../../host/dispatch/dispatch.ts';
import { createLogger } from '../../../host/log.ts';
import { Exemplars } from '../../../host/telemetry/exemplars.ts';
import { CallSpans } from '../../../host/telemetry/otlp/call-spans.ts';

describe('CallSpans', () => {
  it('layer logs what cannot be told of a call, before its reply and after it', async () => {
    const lines: string[] = [];
    const log = createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line).msg) });
    const span = {
      ...{ setAttribute() {}, setStatus() {}, end() {}, spanContext: () => ({ traceId: 'a'.repeat(32) }) },
      setAttributes: () => {
        throw new TypeError('no');
      },
    };
    const tracer = { startSpan: () => span } as unknown as Tracer;
    const { layer } = new CallSpans({ tracer, ratio: 1, laneOf: () => 'standard', exemplars: new Exemplars(), log, random: () => 0 });
    const release = { plugin: 'a/b/c', number: 1 };
    const call = {
      ...{ live: { release }, interface: 'scheduled', head: '{}', body: undefined, idempotent: false, admittedAt: 0 },
      signal: new CallSignal(),
    } as unknown as Call;
    const over = Promise.withResolvers<{ spent: typeof nothingSpent; error: undefined }>();
    const reply: Reply = { head: '200', body: Buffer.alloc(0), spent: nothingSpent, rest: over.promise };
    assert.equal(await layer(async () => reply)(call), reply);
    assert.equal(lines.length, 0);
    over.resolve({ spent: nothingSpent, error: undefined });
    await new Promise(setImmediate);
    const error = new CallError('plugin_error', 'x', nothingSpent);
    await assert.rejects(layer(() => Promise.reject(error))(call), error);
    assert.deepEqual(lines, Array(2).fill('what a span is to say of its call could not be told'));
  });
});
