/** The admin API on a port of its own, with a real store, and doubles behind the publisher. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type Koa from 'koa';
import { Breaker } from '../../../guards/breaker.ts';
import { Access } from '../../../host/access/access.ts';
import { hashSecret } from '../../../host/access/secret.ts';
import type { BreakerRouteParts } from '../../../host/admin/breakers.ts';
import type { Readiness } from '../../../host/admin/health.ts';
import type { Calls } from '../../../host/admin/invocations.ts';
import { type AdminParts, createAdminApp } from '../../../host/admin/server.ts';
import type { UsageRows } from '../../../host/admin/usage-rows.ts';
import type { UsageSeriesRouteParts } from '../../../host/admin/usage-series.ts';
import { Budgets } from '../../../host/budgets/budgets.ts';
import type { Config } from '../../../host/config/config.ts';
import { readConfig } from '../../../host/config/read-config.ts';
import { type Call, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import type { Outcome } from '../../../host/dispatch/outcome.ts';
import type { Reading } from '../../../host/hints/reading.ts';
import type { HourlySums } from '../../../host/hygiene/hourly-sums.ts';
import { Hygiene } from '../../../host/hygiene/hygiene.ts';
import { InterfaceUses } from '../../../host/hygiene/interface-uses.ts';
import { judge } from '../../../host/hygiene/past.ts';
import { PluginLogs } from '../../../host/logs/plugin-logs.ts';
import { Tails } from '../../../host/logs/tails.ts';
import { Account } from '../../../host/meter/attribution/account.ts';
import { Totals } from '../../../host/meter/totals.ts';
import { PreviewImages } from '../../../host/preview/images.ts';
import { Previews } from '../../../host/preview/previews.ts';
import { PreviewUsage } from '../../../host/preview/usage.ts';
import { Capsules } from '../../../host/recording/capsules.ts';
import { Recorder } from '../../../host/recording/recorder.ts';
import { Replayer } from '../../../host/recording/replayer.ts';
import { Preparer, type PreparerParts } from '../../../host/release/preparer.ts';
import { Publisher } from '../../../host/release/publisher.ts';
import { Registry } from '../../../host/release/registry.ts';
import { Unstored } from '../../../host/release/unstored.ts';
import { Rollouts } from '../../../host/rollout/rollouts.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { EventHub } from '../../../host/telemetry/event-hub.ts';
import { Metrics } from '../../../host/telemetry/metrics.ts';
import type { TestReport } from '../../../host/testing/test-report.ts';
import { Tester } from '../../../host/testing/tester.ts';
import type { UsageQuery } from '../../../host/usage/query.ts';
import type { SeriesQuery } from '../../../host/usage/series-query.ts';
import { seriesText } from '../../../host/usage/series-reader.ts';
import type { RowsOptions } from '../../../host/usage/stored-usage.ts';
import type { Asked } from '../../../loader/language/questions.ts';
import { FakeBuilder, FakeLoader, quietLog, StepClock, TempDir } from '../doubles.ts';
import { holdAnswer } from './held-answers.ts';

/** Of the form that hosts give theirs: nothing that is tried with others locks it out. */
export const token = `nbox_${'operator-of-the-tests'.padEnd(43, '-')}`;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
  readonly json: any;
}

export interface Ask {
  readonly headers?: Record<string, string>;
  /** Chunks are sent with chunked encoding unless there is a content-length. */
  readonly body?: string | Buffer | Iterable<Buffer>;
  /** In place of the operator's; `false` sends none. */
  readonly token?: string | false;
  /** `false`: the answer is what a double has made up, and not held against what the operation says. */
  readonly held?: false;
}

export interface AdminHostOptions {
  /** Requests a minute; 0: as many as anybody likes. */
  readonly adminRate?: number;
  /** Its provider. */
  readonly oidc?: Pick<Config, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcGroups' | 'oidcScope'>;
}

/** Owned by the test, which closes it. */
export class AdminHost {
  readonly temp = new TempDir();
  readonly store = new SqliteStore(this.temp.path);
  readonly registry: Registry = new Registry(
    () => undefined,
    () => undefined,
    (next) => this.rollouts.swapped(next),
  );
  readonly builder = new FakeBuilder();
  readonly totals = new Totals();
  /** Plugins that there are besides those that were pushed. */
  readonly known = new Set<string>();
  readonly account = new Account((plugin) => this.known.has(plugin) || this.registry.get(plugin) !== undefined);
  readonly loader = new FakeLoader();
  readonly recorder = new Recorder({ elapsed: () => 0, now: () => 1_000, exists: () => true });
  readonly #making: PreparerParts = {
    ...{ builder: this.builder, loader: this.loader, store: this.store, registry: this.registry },
    ...{ hasLane: (lane) => lane === 'standard', clock: new StepClock(), dynamicCode: false, gates: [] },
  };
  readonly publisher = new Publisher({
    ...{ ...this.#making, log: quietLog },
    keep: { releases: 50, forMs: 86_400_000 },
    onRemoved: (plugin) => this.rollouts.removed(plugin),
  });
  /** Looked at by hand only: what waits is in `looks`. */
  readonly looks: (() => void)[] = [];
  readonly rollouts: Rollouts = new Rollouts({
    ...{ store: this.store, publisher: this.publisher, log: quietLog, clock: new StepClock() },
    ...{ deployed: (plugin) => this.registry.deployed(plugin), breaker: ({ release }) => this.breakerOf(release.plugin).view(0) },
    after: (_, look) => {
      this.looks.push(look);
      return () => void this.looks.splice(this.looks.indexOf(look) >>> 0, 1);
    },
  });
  readonly budgets = new Budgets({ store: this.store, log: quietLog, clock: new StepClock(), every: () => () => {} });
  readonly uses = new InterfaceUses({
    ...{ store: this.store, log: quietLog, clock: { now: () => this.now }, every: () => () => {}, isLive: () => true, addUp: () => {} },
    live: () => this.registry.list().map(({ release: { plugin }, interfaces }) => ({ plugin, interfaces })),
  });
  /** Of hygiene, in milliseconds since the epoch. */
  now = 1_800_000_600_000;
  /** What is stored of usage by hours, or why it cannot be read. */
  hours: HourlySums[] | Error = [];
  state: Readiness = { ready: true };
  /** Calls that were made by hand. */
  readonly made: Call[] = [];
  /** What becomes of them: the next first. */
  readonly replies: (Outcome | Error)[] = [];
  readonly calls: Calls = {
    find: (plugin) => this.registry.get(plugin),
    dispatch: async (call) => {
      this.made.push(call);
      const outcome = this.replies.shift() ?? {};
      if (outcome instanceof Error) throw outcome;
      return { head: '200\n', body: Buffer.alloc(0), outcome, spent: nothingSpent, rest: undefined };
    },
    explain: async (_, error) => error,
  };
  /** Of the exports that begin from here on. */
  readonly exportTimes = { stallMs: 60_000, wholeMs: 60_000 };
  readonly #breakers = new Map<string, Breaker>();
  readonly breakers: BreakerRouteParts = {
    list: () => this.registry.list(),
    find: (plugin) => this.registry.get(plugin),
    view: ({ release }) => this.breakerOf(release.plugin).view(0),
    reset: ({ release }) => void this.#breakers.delete(release.plugin),
  };
  /** What the tests of a source come to. */
  tested: TestReport | Error | undefined;
  readonly tester = new Tester({
    ...{ builder: this.builder, hasLane: (lane) => lane === 'standard', dynamicCode: false },
    runner: {
      run: async () => {
        if (this.tested instanceof Error) throw this.tested;
        return this.tested;
      },
    },
  });
  readonly previews = new Previews({
    ...{ preparer: new Preparer(this.#making), images: new PreviewImages(), endStreams: () => {} },
    ...{ clock: this.#making.clock, log: quietLog, most: 50, onEnded: () => {} },
  });
  /** What is read of lanes (there is `standard`), plugins and hosts. */
  hint: Reading = {
    ...{ kind: 'known', wanted: 2, load: 1.6, present: 1, reason: 'CPU demand 1.2 cores over 60 s, target 70% → 2' },
    ...{ demandCores: 1.2, cpuCores: 1.1, concurrency: 1.5, callsPerSecond: 60, waitUs: 300 },
  };
  readonly hints = {
    lanes: () => ['standard'],
    lane: (lane: string) => (lane === 'standard' ? this.hint : undefined),
    plugin: () => this.hint,
    host: () => this.hint,
  };
  /** What editors have asked, and what they are answered: the next first, nothing where there is none. */
  readonly questions: Asked[] = [];
  readonly editorAnswers: unknown[] = [];
  readonly language: AdminParts['language'] = {
    ask: async (asked) => {
      this.questions.push(asked);
      const answer = this.editorAnswers.shift();
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
  };
  readonly previewUsage = new PreviewUsage([this.totals], (id) => this.previews.has(id));
  /** What stored usage was asked for, and what it answers: the next first. */
  readonly asked: { readonly query: UsageQuery; readonly options: RowsOptions }[] = [];
  readonly answers: (string | Error)[] = [];
  /** What was asked of its course. */
  readonly askedSeries: Omit<SeriesQuery, 'now' | 'unwritten'>[] = [];
  readonly storedUsage: UsageRows & UsageSeriesRouteParts['storedUsage'] = {
    now: () => 1_700_000_000,
    series: async (query) => {
      this.askedSeries.push(query);
      const empty = { blocks: () => null };
      return new TextEncoder().encode(seriesText(empty, { ...query, now: 1_700_000_000, unwritten: [] }));
    },
    rows: async (query, options) => {
      this.asked.push({ query, options });
      const answer = this.answers.shift() ?? '';
      if (answer instanceof Error) throw answer;
      return { text: new TextEncoder().encode(answer), rows: 1, keptFrom: null };
    },
  };
  /** That of tokens, sessions and the audit, in milliseconds. */
  readonly time = { now: 1_700_000_000_000, elapsed: 0 };
  /** What is done every so often is done by hand. */
  readonly access: Access;
  readonly logs = new PluginLogs({ now: () => 1_700_000_000_000 });
  readonly tails = new Tails({ logs: this.logs, elapsed: () => 0 });
  readonly events = new EventHub({ elapsed: () => 0, life: 'here', mostReaders: 2 });
  readonly hygiene = {
    report: (...asked: Parameters<Hygiene['report']>) => this.#hygiene().report(...asked),
    callers: (plugin: string) => this.#hygiene().callers(plugin),
  };
  readonly parts: AdminParts;
  readonly app: Koa;
  readonly #server: Server;

  constructor({ adminRate = 0, oidc }: AdminHostOptions = {}) {
    this.access = new Access({
      ...{
        store: this.store,
        operatorHash: hashSecret(token),
        config: { adminRate, auditDays: 365, ...oidc },
        log: quietLog,
        every: () => () => {},
      },
      clock: { now: () => this.time.now, elapsed: () => this.time.elapsed },
    });
    this.parts = {
      dashboard: (_, next) => next(),
      ...{ version: '0.0.0', startedAt: 1_700_000_000_000 },
      hygiene: this.hygiene,
      ...{ logs: this.logs, tails: this.tails },
      tester: this.tester,
      ...{ language: this.language, allowed: () => ({ lanes: ['standard'], dynamicCode: false }), frames: async () => [] },
      capsules: new Capsules({
        ...{ recorder: this.recorder, store: this.store, now: () => 1_000 },
        replayer: new Replayer({
          ...{ registry: this.registry, loader: this.loader, unstored: new Unstored(), dynamicCode: false },
          ...{ dispatch: (call) => this.calls.dispatch(call), elapsed: () => performance.now() },
        }),
        tryOut: (...asked) => this.publisher.tryOut(...asked),
      }),
      breakers: this.breakers,
      hints: this.hints,
      evict: () => {},
      events: this.events,
      metrics: new Metrics({ plugins: { families: noFamilies }, others: [], registries: [], elapsed: () => performance.now() }),
      ...{ previews: this.previews, previewUsage: this.previewUsage, storedUsage: this.storedUsage },
      ...{ now: () => this.time.now, exportTimes: this.exportTimes, log: quietLog, ready: () => this.state },
      ...{
        publisher: this.publisher,
        store: this.store,
        rollouts: this.rollouts,
        totals: this.totals,
        account: this.account,
        budgets: this.budgets,
        calls: this.calls,
      },
      config: readConfig(['--admin-hosts', 'admin.example.com'], { NBOX_SCALER_TOKEN: 'a-secret-of-the-scaler' }),
      access: this.access,
    };
    this.app = createAdminApp(this.parts);
    this.#server = createServer(this.app.callback());
  }

  static async start(options?: AdminHostOptions): Promise<AdminHost> {
    const host = new AdminHost(options);
    await host.access.start();
    host.#server.listen(0, '127.0.0.1');
    await once(host.#server, 'listening');
    return host;
  }

  #hygiene(): Hygiene {
    const { hours } = this;
    return new Hygiene({
      ...{ uses: this.uses, clock: { now: () => this.now } },
      past: async (question) => {
        if (hours instanceof Error) throw hours;
        return judge({ calls: hours, costs: hours, known: new Set(hours.map(({ hour }) => hour)) }, question);
      },
      live: () => (hours instanceof Error ? [] : hours.map(({ plugin, release }) => [plugin, release])),
    });
  }

  breakerOf(plugin: string): Breaker {
    const breaker = this.#breakers.get(plugin) ?? new Breaker();
    this.#breakers.set(plugin, breaker);
    return breaker;
  }

  /** Of what is pushed from here on. */
  get interfaces(): string[] {
    return this.loader.interfaces;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The path goes out as it is written: no client tidies it up. */
  async ask(method: string, path: string, { headers = {}, body, token: given = token, held }: Ask = {}): Promise<Answer> {
    const authorization: Record<string, string> = given === false ? {} : { authorization: `Bearer ${given}` };
    const sent = request({ host: '127.0.0.1', port: this.port, method, path, agent: false, headers: { ...authorization, ...headers } });
    // A server that cuts the upload off after it has answered is no failure.
    const answered = once(sent, 'response');
    sent.on('error', () => undefined);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) sent.end(body);
    else Readable.from(body).pipe(sent);
    const [response] = await answered;
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    sent.destroy();
    const text = Buffer.concat(chunks).toString();
    const json = /[/+]json\b/.test(response.headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined;
    const answer = { status: response.statusCode, headers: response.headers, text, json };
    if (held !== false) holdAnswer(method, path, answer);
    return answer;
  }

  push(body: unknown, { path = '/v1/plugins/demo/hello/world', ...ask }: Ask & { path?: string } = {}): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask('PUT', path, { ...ask, headers: { 'content-type': 'application/json', ...ask.headers }, body: text });
  }

  preview(body: unknown, ask: Ask & { path?: string } = {}): Promise<Answer> {
    const { path = '/v1/plugins/demo/hello/world/previews', ...more } = ask;
    return this.ask('POST', path, { ...more, body: JSON.stringify(body) });
  }

  /** Cuts every connection that is open. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.tails.close();
    this.events.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.rollouts.close();
    await this.budgets.close();
    await this.publisher.close();
    await this.previews.close();
    await this.access.close();
    await this.store.close();
    this.temp[Symbol.dispose]();
  }
}

// biome-ignore lint/correctness/useYield: it gives what it has at once
function* noFamilies(): Generator<undefined, [], void> {
  return [];
}
