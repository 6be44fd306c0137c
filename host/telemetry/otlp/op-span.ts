/** A span below a call's, for an operation of the plugin that leaves for the outside. */

import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { OpTrace } from '../../dispatch/call-trace.ts';
import type { OpAnswer } from '../../dispatch/op-answer.ts';

const mostUrlChars = 1_024;
const method = /^[A-Z]{1,20}$/;

export class OpSpan implements OpTrace {
  readonly headers: readonly string[];
  readonly #span: Span;

  constructor(tracer: Tracer, above: Span, name: string, data: unknown) {
    const { title, attributes } = name === 'fetch' ? ofFetch(data) : { title: name, attributes: {} };
    const options = { kind: SpanKind.CLIENT, attributes: { 'nbox.operation': name, ...attributes } };
    this.#span = tracer.startSpan(title, options, trace.setSpan(ROOT_CONTEXT, above));
    this.headers = headersOf(this.#span.spanContext());
  }

  done(answer: OpAnswer | undefined): void {
    const status = (answer?.data as { status?: unknown } | undefined)?.status;
    if (typeof status === 'number') {
      this.#span.setAttribute('http.response.status_code', status);
      if (status >= 400) this.#fail(String(status));
    }
    this.#span.end();
  }

  /** Its words may have a URL in them, query included. */
  failed(error: unknown): void {
    this.#fail(error instanceof Error ? error.name : 'Error');
    this.#span.end();
  }

  #fail(type: string): void {
    this.#span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type });
  }
}

/** What the guest says of a fetch is not checked yet: what is not right is left out. */
function ofFetch(data: unknown): { title: string; attributes: Attributes } {
  const { url: href, method: given } = (data ?? {}) as { url?: unknown; method?: unknown };
  const title = typeof given === 'string' && method.test(given) ? given : '_OTHER';
  const url = typeof href === 'string' && href.length <= 65_536 ? URL.parse(href) : null;
  if (url === null) return { title, attributes: { 'http.request.method': title } };
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return {
    title,
    attributes: {
      ...{ 'http.request.method': title, 'server.address': url.hostname, 'server.port': port },
      // No query and no password: spans go further than requests.
      'url.full': `${url.origin}${url.pathname}`.slice(0, mostUrlChars),
    },
  };
}

function headersOf({ traceId, spanId, traceFlags, traceState }: SpanContext): string[] {
  const parent = ['traceparent', `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`];
  const state = traceState?.serialize() ?? '';
  return state === '' ? parent : [...parent, 'tracestate', state];
}
