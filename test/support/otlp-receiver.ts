/** A small collector: takes OTLP over HTTP as JSON, and keeps what it is sent. Closed by its test. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly attributes: Record<string, unknown>;
  /** 2 is an error. */
  readonly status: { readonly code?: number; readonly message?: string };
  readonly durationMs: number;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
  readonly points: { readonly attributes: Record<string, unknown>; readonly value: any }[];
}

export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly metrics: ReceivedMetric[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  readonly resources: Record<string, unknown>[] = [];
  /** What it answers. */
  status = 200;
  #came = Promise.withResolvers<void>();
  readonly #server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      this.headers.push(req.headers);
      if (this.status === 200) this.#take(req.url as string, JSON.parse(Buffer.concat(chunks).toString()));
      res.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
      this.#came.resolve();
      this.#came = Promise.withResolvers();
    });
  });

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first of them that is so, once it has come. */
  async span(is: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
    return this.until(() => this.spans.find(is));
  }

  async until<T>(found: () => T | undefined): Promise<T> {
    for (;;) {
      const coming = this.#came.promise;
      const one = found();
      if (one !== undefined) return one;
      await coming;
    }
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  // biome-ignore lint/suspicious/noExplicitAny: a message as it comes
  #take(path: string, message: any): void {
    for (const { resource, scopeSpans, scopeMetrics } of message.resourceSpans ?? message.resourceMetrics) {
      this.resources.push(plain(resource.attributes));
      if (path === '/v1/traces') for (const { spans } of scopeSpans) this.spans.push(...spans.map(spanOf));
      else if (path === '/v1/metrics') for (const { metrics } of scopeMetrics) this.metrics.push(...metrics.map(metricOf));
      else throw new Error(path);
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a message as it comes
function spanOf({ attributes, startTimeUnixNano, endTimeUnixNano, parentSpanId, ...span }: any): ReceivedSpan {
  const durationMs = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
  return { ...span, parentSpanId: parentSpanId || undefined, attributes: plain(attributes), durationMs };
}

// biome-ignore lint/suspicious/noExplicitAny: a message as it comes
function metricOf({ name, unit, sum, gauge, histogram }: any): ReceivedMetric {
  // biome-ignore lint/suspicious/noExplicitAny: a message as it comes
  const points = (sum ?? gauge ?? histogram).dataPoints.map(({ attributes, ...value }: any) => ({ attributes: plain(attributes), value }));
  return { name, unit, points };
}

// biome-ignore lint/suspicious/noExplicitAny: a message as it comes
function plain(attributes: any[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

// biome-ignore lint/suspicious/noExplicitAny: a message as it comes
function valueOf(value: any): unknown {
  if ('arrayValue' in value) return value.arrayValue.values.map(valueOf);
  return 'intValue' in value ? Number(value.intValue) : Object.values(value)[0];
}
