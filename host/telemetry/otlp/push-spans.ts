/** A span for each push, and below it those of what it goes through: build, probe, gates, load, store. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { isNboxError } from '../../../guards/errors.ts';
import type { ReleaseLoader } from '../../pool/loader.ts';
import type { Gate } from '../../release/gate.ts';
import type { SourceBuilder } from '../../release/preparer.ts';
import type { AroundPush } from '../../release/push.ts';

interface Parts {
  readonly builder: SourceBuilder;
  readonly loader: ReleaseLoader;
  readonly gates: readonly Gate[];
}

export class PushSpans {
  readonly #tracer: Tracer;
  /** What is built, tried and loaded knows of no push: here it finds the one that it is done for. */
  readonly #push = new AsyncLocalStorage<Span>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  readonly around: AroundPush = async (requests, push) => {
    const [first] = requests;
    const name = requests.length === 1 ? `push ${first?.plugin}` : `push of ${requests.length} plugins`;
    const span = this.#tracer.startSpan(name, { attributes: { 'nbox.plugins': requests.map(({ plugin }) => plugin) } }, ROOT_CONTEXT);
    try {
      const published = await this.#push.run(span, push);
      const end = Date.now();
      const releases = published.map(({ release }) => release.number);
      span.setAttributes({ 'nbox.releases': releases, 'nbox.created': published.map(({ created }) => created) });
      // The store is what comes last, in one transaction for all.
      const storeMs = Math.max(0, ...published.map(({ timings }) => timings.storeMs));
      if (storeMs > 0) this.#tracer.startSpan('store', { startTime: end - storeMs }, below(span)).end(end);
      span.end();
      return published;
    } catch (error) {
      fail(span, error);
      throw error;
    }
  };

  /** The same parts, with a span for what they do for a push. */
  parts<T extends Parts>(making: T): T {
    const { builder, loader, gates } = making;
    const watched: Parts = {
      builder: { build: (request) => this.#spanned('build', request.plugin, () => builder.build(request)) },
      loader: {
        probe: (release, bundle) => this.#spanned('probe', release.plugin, () => loader.probe(release, bundle)),
        load: (live, ...how) => this.#spanned('load', live.release.plugin, () => loader.load(live, ...how)),
        handsOver: (live, to) => loader.handsOver(live, to),
        quiet: (live, mostMs) => loader.quiet(live, mostMs),
        unload: (live) => loader.unload(live),
      },
      gates: gates.map((gate) => ({
        name: gate.name,
        check: (candidate) => this.#spanned(`gate ${gate.name}`, candidate.release.plugin, () => gate.check(candidate)),
        ...(gate.recheck === undefined
          ? {}
          : { recheck: (pushed, report) => gate.recheck?.(pushed, report) as Promise<object | undefined> }),
      })),
    };
    return { ...making, ...watched };
  }

  async #spanned<T>(name: string, plugin: string, work: () => Promise<T>): Promise<T> {
    const above = this.#push.getStore();
    if (above === undefined) return work();
    const span = this.#tracer.startSpan(name, { attributes: { 'nbox.plugin': plugin } }, below(above));
    try {
      const done = await work();
      span.end();
      return done;
    } catch (error) {
      fail(span, error);
      throw error;
    }
  }
}

const below = (span: Span) => trace.setSpan(ROOT_CONTEXT, span);

function fail(span: Span, error: unknown): void {
  const code = isNboxError(error) ? error.code : 'internal_error';
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR, message: code });
  span.end();
}
