/**
 * Spans on their way to the collector: bounded, in batches, one at a time. Where the collector is slow or gone, spans are dropped
 * and counted; nothing waits for it.
 */

import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Logger } from '../../log.ts';

export interface SpanQueueParts {
  readonly exporter: SpanExporter;
  readonly log: Logger;
  /** How long spans wait for others. */
  readonly delayMs?: number;
}

const mostWaiting = 4_096;
/** Made JSON of in one piece, which takes some 2 ms. */
const batchSize = 128;
const defaultDelayMs = 1_000;
/** For the last spans, when the host stops; longer than an exporter takes to give up. */
const closeMs = 4_000;

/** The SDK's own batches are four times as large, and what it drops is not told. */
export class SpanQueue implements SpanProcessor {
  exported = 0;
  /** There were too many. */
  dropped = 0;
  /** The collector did not take them. */
  failed = 0;
  readonly #parts: SpanQueueParts;
  #waiting: ReadableSpan[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isWell = true;
  #isClosing = false;

  constructor(parts: SpanQueueParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#waiting.length >= mostWaiting) {
      this.dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= batchSize) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#parts.delayMs ?? defaultDelayMs).unref();
  }

  /** Resolves when all that waits has left, or was given up. */
  async forceFlush(): Promise<void> {
    this.#send();
    while (this.#sending !== undefined) await this.#sending;
  }

  /** Sends what waits, as long as the collector takes it. */
  async shutdown(): Promise<void> {
    this.#isClosing = true;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeMs);
    await Promise.race([this.forceFlush(), late.promise]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    this.dropped += this.#waiting.length;
    this.#waiting = [];
    await Promise.race([this.#parts.exporter.shutdown(), new Promise((resolve) => setImmediate(resolve))]);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isClosing && !this.#isWell) return;
    if (this.#sending !== undefined || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, batchSize);
    this.#sending = this.#export(batch).then((result) => {
      this.#sending = undefined;
      this.#count(batch.length, result);
      if (this.#waiting.length > 0) this.#send();
    });
  }

  #export(batch: ReadableSpan[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      try {
        this.#parts.exporter.export(batch, resolve);
      } catch (error) {
        resolve({ code: ExportResultCode.FAILED, error: error as Error });
      }
    });
  }

  #count(spans: number, { code, error }: ExportResult): void {
    const isWell = code === ExportResultCode.SUCCESS;
    if (isWell) this.exported += spans;
    else this.failed += spans;
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    if (isWell) this.#parts.log.info('the collector takes spans again');
    else
      this.#parts.log.warn({ reason: error?.message.slice(0, 300) }, 'the collector does not take spans: they are dropped until it does');
  }
}
