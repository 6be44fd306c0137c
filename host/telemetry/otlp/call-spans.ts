/**
 * A span for each call that is sampled: as its caller has decided, or one in so many. Of the others nothing is kept, and what
 * they send out says so.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { ROOT_CONTEXT, type Span, type SpanContext, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';
import type { CallTrace, OpTrace } from '../../dispatch/call-trace.ts';
import { type Call, CallError, type Layer, nothingSpent, type Reply, type Spent } from '../../dispatch/dispatch.ts';
import type { Logger } from '../../log.ts';
import type { LiveRelease, Release } from '../../release/release.ts';
import type { Exemplars } from '../exemplars.ts';
import type { IngressTracing } from '../tracing.ts';
import { callBegins, callEnds, callName } from './call-attributes.ts';
import { OpSpan } from './op-span.ts';

export interface CallSpansParts {
  readonly tracer: Tracer;
  /** Of the calls whose callers have decided nothing, so many are sampled: from 0 to 1. */
  readonly ratio: number;
  readonly laneOf: (release: Release) => string;
  readonly exemplars: Exemplars;
  readonly log: Logger;
  /** From 0 to 1, that excluded; for tests. */
  readonly random?: () => number;
}

export class CallSpans implements IngressTracing {
  readonly #parts: CallSpansParts;
  readonly #ids: IdGenerator = new RandomIdGenerator();

  constructor(parts: CallSpansParts) {
    this.#parts = parts;
  }

  /** Of a request. A `traceparent` that is not one counts for none. */
  accept(headers: IncomingHttpHeaders): CallTrace {
    const { traceparent } = headers;
    const parent = typeof traceparent === 'string' ? (parseTraceParent(traceparent) ?? undefined) : undefined;
    const { tracestate } = headers;
    if (parent !== undefined && tracestate !== undefined) parent.traceState = new TraceState(String(tracestate));
    return this.#place(parent);
  }

  refused(live: LiveRelease, headers: IncomingHttpHeaders, error: CallError): void {
    const place = this.accept(headers) as Place;
    if (!place.isSampled) return;
    const { release } = live;
    const span = this.#parts.tracer.startSpan(
      callName(release, 'fetch'),
      callBegins(release, 'fetch', this.#parts.laneOf(release)),
      place.above,
    );
    callEnds(span, { spent: nothingSpent, error });
  }

  /** To be the outermost. */
  readonly layer: Layer = (next) => (call) => {
    const place = (call.trace as Place | undefined) ?? this.#place(undefined);
    const traced = call.trace === undefined ? { ...call, trace: place } : call;
    return place.isSampled ? this.#run(next, traced, place) : next(traced);
  };

  async #run(next: (call: Call) => Promise<Reply>, call: Call, place: Place): Promise<Reply> {
    const { tracer, laneOf } = this.#parts;
    const { release } = call.live;
    const span = tracer.startSpan(
      callName(release, call.interface),
      callBegins(release, call.interface, laneOf(release), call.head),
      place.above,
    );
    place.begin(span);
    const end = (spent: Spent, error?: unknown, reply?: Reply) => {
      // Nobody waits for this, and a call is not to fail for its span.
      try {
        callEnds(span, { spent, error, reply, isAborted: call.signal.aborted });
      } catch (err) {
        this.#parts.log.error({ err }, 'what a span is to say of its call could not be told');
      }
      if (release.preview !== undefined) return;
      const value = (performance.now() - call.admittedAt) / 1_000;
      this.#parts.exemplars.note(release.plugin, { traceId: span.spanContext().traceId, value, at: Date.now() / 1_000 });
    };
    try {
      const reply = await next(call);
      // What it goes on with is the call's, too.
      if (reply.rest === undefined) end(reply.spent, undefined, reply);
      else void reply.rest.then(({ spent, error }) => end(spent, error, reply));
      return reply;
    } catch (error) {
      end(error instanceof CallError ? error.spent : nothingSpent, error);
      throw error;
    }
  }

  #place(parent: SpanContext | undefined): Place {
    const { ratio, random = Math.random, tracer } = this.#parts;
    const isSampled = parent === undefined ? random() < ratio : (parent.traceFlags & TraceFlags.SAMPLED) !== 0;
    return new Place(tracer, this.#ids, parent, isSampled);
  }
}

/** Where one call stands. */
class Place implements CallTrace {
  readonly isSampled: boolean;
  readonly #tracer: Tracer;
  readonly #ids: IdGenerator;
  readonly #parent: SpanContext | undefined;
  #span: Span | undefined;
  /** Of a call that is not sampled, and sends something. */
  #traceId: string | undefined;

  constructor(tracer: Tracer, ids: IdGenerator, parent: SpanContext | undefined, isSampled: boolean) {
    this.#tracer = tracer;
    this.#ids = ids;
    this.#parent = parent;
    this.isSampled = isSampled;
  }

  /** What its span is below of. */
  get above() {
    return this.#parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...this.#parent, isRemote: true });
  }

  begin(span: Span): void {
    this.#span = span;
  }

  operation(name: string, data: unknown): OpTrace {
    if (this.#span !== undefined) return new OpSpan(this.#tracer, this.#span, name, data);
    this.#traceId ??= this.#parent?.traceId ?? this.#ids.generateTraceId();
    return unsampled(this.#traceId, this.#ids.generateSpanId(), this.#parent?.traceState?.serialize());
  }
}

/** Whoever gets it is not to sample either. */
function unsampled(traceId: string, spanId: string, state: string | undefined): OpTrace {
  const headers = ['traceparent', `00-${traceId}-${spanId}-00`, ...(state === undefined || state === '' ? [] : ['tracestate', state])];
  return { headers, done: () => {}, failed: () => {} };
}
