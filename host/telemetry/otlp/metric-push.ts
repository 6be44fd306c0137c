/** Sends the metrics to the collector every while. A round that fails is given up: the next one has the sums anyway. */

import { setImmediate } from 'node:timers/promises';
import type { HrTime } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { MetricData, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Logger } from '../../log.ts';
import type { Metrics } from '../metrics.ts';
import { metricData } from './metric-data.ts';

export interface MetricPushParts {
  readonly exporter: PushMetricExporter;
  readonly metrics: Pick<Metrics, 'families'>;
  readonly resource: Resource;
  readonly everyMs: number;
  readonly now: () => number;
  readonly log: Logger;
}

export class MetricPush {
  sent = 0;
  failed = 0;
  readonly #parts: MetricPushParts;
  readonly #startTime: HrTime;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | undefined;
  #isWell = true;
  #isClosed = false;

  constructor(parts: MetricPushParts) {
    this.#parts = parts;
    this.#startTime = hrTime(parts.now());
    this.#timer = setInterval(() => void this.push(), parts.everyMs).unref();
  }

  /** A round; the one that is under way, where there is one. Never rejects. */
  push(): Promise<void> {
    this.#round ??= this.#push().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  /** What is under way is given up, but for the part that is being sent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#round;
    await Promise.race([this.#parts.exporter.shutdown(), setImmediate()]);
  }

  async #push(): Promise<void> {
    const { metrics, now, log } = this.#parts;
    let error: Error | undefined;
    try {
      const families = await metrics.families();
      for (const part of metricData(families, { startTime: this.#startTime, endTime: hrTime(now()) })) {
        if (this.#isClosed) return;
        error = await this.#export(part);
        if (error !== undefined) break;
      }
    } catch (cause) {
      error = cause as Error;
    }
    if (error === undefined) this.sent += 1;
    else this.failed += 1;
    if (this.#isClosed || (error === undefined) === this.#isWell) return;
    this.#isWell = error === undefined;
    if (error === undefined) log.info('the collector takes metrics again');
    else log.warn({ reason: error.message.slice(0, 300) }, 'the collector does not take metrics');
  }

  async #export(part: MetricData): Promise<Error | undefined> {
    const { exporter, resource } = this.#parts;
    const scopeMetrics = [{ scope: { name: 'nbox' }, metrics: [part] }];
    const { code, error } = await new Promise<ExportResult>((resolve) => exporter.export({ resource, scopeMetrics }, resolve));
    return code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('the collector has refused them'));
  }
}

function hrTime(ms: number): HrTime {
  return [Math.trunc(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
}
