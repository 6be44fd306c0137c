/** Traces and metrics for a collector, over OTLP. Loaded only where one is configured: a host without it never sees these packages. */

import { randomUUID } from 'node:crypto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../log.ts';
import type { Family } from '../family.ts';
import { Labels } from '../labels.ts';
import { CallSpans, type CallSpansParts } from './call-spans.ts';
import { MetricPush, type MetricPushParts } from './metric-push.ts';
import { PushSpans } from './push-spans.ts';
import { SpanQueue } from './span-queue.ts';

export interface OtlpParts extends Pick<CallSpansParts, 'laneOf' | 'exemplars'> {
  readonly config: Pick<Config, 'otlpHeaders' | 'otlpInterval' | 'traceRatio'> & { readonly otlpEndpoint: string };
  readonly version: string;
  readonly metrics: MetricPushParts['metrics'];
  readonly now: () => number;
  readonly log: Logger;
  readonly spanDelayMs?: number;
}

/** A collector that does not answer is given up; what is being sent when the host stops holds it up no longer. */
const timeoutMillis = 3_000;

export class Otlp {
  readonly calls: CallSpans;
  readonly pushes: PushSpans;
  readonly #provider: TracerProvider;
  readonly #spans: SpanQueue;
  readonly #metrics: MetricPush;

  constructor({ config, version, metrics, laneOf, exemplars, now, log, spanDelayMs }: OtlpParts) {
    const base = config.otlpEndpoint.replace(/\/+$/, '');
    const to = (path: string) => ({ url: `${base}/v1/${path}`, headers: { ...config.otlpHeaders }, timeoutMillis, concurrencyLimit: 2 });
    const resource = resourceFromAttributes({
      ...{ 'service.name': 'nbox', 'service.version': version, 'service.instance.id': randomUUID(), 'process.pid': process.pid },
    });
    const exporter = new OTLPTraceExporter(to('traces'));
    this.#spans = new SpanQueue({ exporter, log, ...(spanDelayMs === undefined ? {} : { delayMs: spanDelayMs }) });
    // Whether a call is sampled is decided before anything is made for it.
    const sampler = new AlwaysOnSampler();
    const spanLimits = { attributeValueLengthLimit: 1_024, attributeCountLimit: 64 };
    this.#provider = new TracerProvider({ resource, sampler, spanLimits, spanProcessors: [this.#spans] });
    const tracer = this.#provider.getTracer('nbox', version);
    this.calls = new CallSpans({ tracer, ratio: config.traceRatio, laneOf, exemplars, log });
    this.pushes = new PushSpans(tracer);
    const everyMs = config.otlpInterval * 1_000;
    this.#metrics = new MetricPush({ exporter: new OTLPMetricExporter(to('metrics')), metrics, resource, everyMs, now, log });
  }

  families(): Family[] {
    const { exported, dropped, failed, waiting } = this.#spans;
    const counted = (name: string, help: string, results: Readonly<Record<string, number>>): Family => ({
      ...{ kind: 'counter', name, help },
      points: Object.entries(results).map(([result, value]) => ({ labels: new Labels([['result', result]]), value })),
    });
    return [
      counted('nbox_trace_spans_total', 'Spans by what became of them', { exported, dropped, failed }),
      {
        ...{ kind: 'gauge', name: 'nbox_trace_spans_waiting', help: 'Spans that wait for the collector' },
        points: [{ labels: new Labels([]), value: waiting }],
      },
      counted('nbox_otlp_metric_rounds_total', 'Rounds of metrics that the collector has taken, or not', {
        ...{ sent: this.#metrics.sent, failed: this.#metrics.failed },
      }),
    ];
  }

  /** Sends what waits, if the collector takes it at once. */
  async close(): Promise<void> {
    await Promise.all([this.#metrics.close(), this.#provider.shutdown()]);
  }
}
