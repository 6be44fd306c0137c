/** Spans on their way: how many may wait, and what becomes of the others. */

import assert from 'node:assert/strict';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { SpanQueue } from '../../../host/telemetry/otlp/span-queue.ts';
import { quietLog } from '../doubles.ts';

/** Holds what it is given until it is told what to answer. */
class Collector implements SpanExporter {
  readonly batches: number[] = [];
  #answers: ((result: ExportResult) => void)[] = [];
  mode: 'wait' | ExportResultCode | 'throw' = 'wait';

  export(spans: ReadableSpan[], answer: (result: ExportResult) => void): void {
    this.batches.push(spans.length);
    if (this.mode === 'throw') throw new Error('broken');
    if (this.mode === 'wait') this.#answers.push(answer);
    else answer({ code: this.mode });
  }

  answer(code: ExportResultCode): void {
    for (const answer of this.#answers.splice(0)) answer({ code });
  }

  async shutdown(): Promise<void> {}
}

const span = {} as ReadableSpan;

describe('span queue', () => {
  let collector: Collector;
  let queue: SpanQueue;

  beforeEach(() => {
    collector = new Collector();
    queue = new SpanQueue({ exporter: collector, log: quietLog });
  });

  const add = (count: number) => {
    for (let i = 0; i < count; i += 1) queue.onEnd(span);
  };

  it('sends a batch when it is full, and one at a time', async () => {
    add(127);
    assert.deepEqual(collector.batches, []);
    add(200);
    assert.deepEqual(collector.batches, [128]);
    collector.mode = ExportResultCode.SUCCESS;
    collector.answer(ExportResultCode.SUCCESS);
    await queue.forceFlush();
    assert.deepEqual(collector.batches, [128, 128, 71]);
    assert.deepEqual([queue.exported, queue.dropped, queue.failed, queue.waiting], [327, 0, 0, 0]);
  });

  it('drops and counts what comes while too many wait', async () => {
    add(128 + 4_096 + 10);
    assert.deepEqual([queue.waiting, queue.dropped], [4_096, 10]);
    collector.mode = ExportResultCode.SUCCESS;
    collector.answer(ExportResultCode.SUCCESS);
    await queue.forceFlush();
    assert.equal(queue.exported, 128 + 4_096);
  });

  it('counts what the collector does not take, and goes on with the next', async () => {
    collector.mode = ExportResultCode.FAILED;
    add(128);
    await queue.forceFlush();
    collector.mode = 'throw';
    add(128);
    await queue.forceFlush();
    collector.mode = ExportResultCode.SUCCESS;
    add(128);
    await queue.forceFlush();
    assert.deepEqual([queue.exported, queue.dropped, queue.failed], [128, 0, 256]);
  });

  it('sends what waits when it is closed, but nothing more to a collector that takes nothing', async () => {
    collector.mode = ExportResultCode.SUCCESS;
    add(5);
    await queue.shutdown();
    assert.deepEqual(collector.batches, [5]);

    queue = new SpanQueue({ exporter: collector, log: quietLog });
    collector.mode = ExportResultCode.FAILED;
    add(400);
    await queue.shutdown();
    assert.deepEqual(collector.batches, [5, 128]);
    assert.deepEqual([queue.failed, queue.dropped], [128, 272]);
  });
});
