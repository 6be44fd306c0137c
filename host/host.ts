/** The composition root: the only file that knows every concrete class. Starts the parts in order, and stops them in the reverse. */

import { realpath, writeFile } from 'node:fs/promises';
import { availableParallelism, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { EgressGuard } from '../guards/egress.ts';
import { Builder } from '../loader/builder/builder.ts';
import { Language } from '../loader/language/language.ts';
import { defaultLane } from '../loader/manifest.ts';
import { leanEngine, readEngine } from '../loader/sandbox/wasm-module.ts';
import { Access } from './access/access.ts';
import { ensureOperatorToken } from './access/operator-token.ts';
import { createAdminApp } from './admin/server.ts';
import { budgeted, budgetGate } from './budgets/budgeted.ts';
import { Budgets } from './budgets/budgets.ts';
import { type Config, laneCounts } from './config/config.ts';
import { BundleSource } from './dashboard/bundle-source.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { CallMeter } from './dispatch/call-meter.ts';
import { type Call, layered } from './dispatch/dispatch.ts';
import { withoutDynamicCode } from './dispatch/dynamic-code.ts';
import { meteredGate, meteredRefusals } from './dispatch/gate.ts';
import { judged } from './dispatch/judged.ts';
import { leased } from './dispatch/leased.ts';
import { uploaded } from './dispatch/uploaded.ts';
import { Egress } from './egress/egress.ts';
import { fetchOps } from './egress/fetch-ops.ts';
import { Failures } from './failures.ts';
import { countedGate } from './hints/counted-gate.ts';
import { Follower } from './hints/follower.ts';
import { Hints } from './hints/hints.ts';
import { startScaler } from './hints/scaler-service/start-scaler.ts';
import { Signals } from './hints/signals.ts';
import { type Address, closeServer, createHttpServer, listen } from './http-server.ts';
import { callerBy } from './hygiene/caller.ts';
import { Hygiene } from './hygiene/hygiene.ts';
import { PluginMarks } from './hygiene/plugin-marks.ts';
import { detailsMode } from './ingress/details.ts';
import { sendable } from './ingress/reply-head.ts';
import { createIngress } from './ingress/server.ts';
import type { Logger } from './log.ts';
import type { Attributed } from './meter/attribution/start.ts';
import type { UsageSink } from './meter/usage.ts';
import { type Observed, observe } from './observe.ts';
import { Lanes } from './pool/lanes.ts';
import { Pool, type PoolOptions } from './pool/pool.ts';
import { ImageSource } from './preview/image-source.ts';
import { Previews } from './preview/previews.ts';
import { PreviewUsage } from './preview/usage.ts';
import { visits } from './preview/visit.ts';
import { Capsules } from './recording/capsules.ts';
import { Recorder } from './recording/recorder.ts';
import { ReplayGate } from './recording/replay-gate.ts';
import { Replayer } from './recording/replayer.ts';
import { Draining } from './release/draining.ts';
import { Preparer, type PreparerParts } from './release/preparer.ts';
import { Publisher } from './release/publisher.ts';
import { Registry } from './release/registry.ts';
import { named, type Release } from './release/release.ts';
import { Unstored } from './release/unstored.ts';
import { PluginWatcher } from './release/watcher.ts';
import { Rollouts } from './rollout/rollouts.ts';
import { openThreadedStore } from './store/thread/threaded-store.ts';
import { budgetFamilies } from './telemetry/budget-families.ts';
import { hintFamilies } from './telemetry/hint-families.ts';
import { version } from './telemetry/telemetry.ts';
import { tracedOps } from './telemetry/traced-ops.ts';
import { TestRunner } from './testing/test-runner.ts';
import { Tester } from './testing/tester.ts';
import { testsGate } from './testing/tests-gate.ts';
import { keepTickShape } from './tick-shape.ts';
import { TlsFiles } from './tls-files.ts';

/** An admin token below this length is warned of. */
const guessableLength = 16;
/** How long a traffic request may take to come in, body included; Node answers 408 to slower ones, and looks every 5 s. */
const receiveTimes = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

/** `starting` until every executor runs and the plugin directory was published once. */
export type HostState = 'starting' | 'ready' | 'draining' | 'closed';

/** A running host. Whoever starts one must `close` it. */
export interface Host {
  readonly traffic: Address;
  readonly admin: Address;
  /** Of the external scaler, where there is one. */
  readonly scaler: Address | undefined;
  /** Only where it was made at this start: nobody can ask for it again. */
  readonly newToken: string | undefined;
  readonly state: HostState;
  readonly lanes: Lanes;
  readonly builder: Builder;
  /** Resolves when the plugin directory was published once; at once where there is none. */
  readonly watching: Promise<void>;
  /** No new calls; running ones get `drainMs` to finish; then everything ends. */
  close(): Promise<void>;
}

export async function startHost(config: Config, log: Logger): Promise<Host> {
  // Before anything waits for calls.
  await keepTickShape();
  await using started = new AsyncDisposableStack();
  const clock = { now: () => Date.now(), elapsed: () => performance.now() };
  // One time for all that is waited for, one after another, when the host stops.
  let drainUntil = 0;
  const drainLeft = () => Math.max(0, drainUntil - performance.now());
  let attribution: Attributed | undefined;
  const store = started.adopt(await openThreadedStore(config.data), (one) => one.close());
  const token = await ensureOperatorToken(store, config);
  if (config.adminToken !== undefined && config.adminToken.length < guessableLength) {
    log.warn('NBOX_ADMIN_TOKEN is so short that it can be guessed: fit for a machine of your own, and for nothing else');
  }
  const builder = started.adopt(
    await Builder.start({
      ...{ librariesDir: config.libraries, restAfterMs: config.builderRest * 1_000, logger: log },
      onTurn: (plugin) => attribution?.builder.turn(plugin),
    }),
    (one) => one.close(),
  );

  const language = started.use(
    new Language({
      ...{ librariesDir: config.libraries, logger: log },
      onTurn: (plugin) => attribution?.language.turn(plugin),
    }),
  );

  const ownPorts = new Set<number>();
  const egress = new Egress({
    guard: new EgressGuard({ enabled: config.egress, allow: config.egressAllow, ownPorts, localAddresses }),
  });
  started.defer(() => egress.close());

  const executor = await builder.executor();
  // In the data directory, which lasts as long as the host: executors that are started later read it, too.
  const file = join(config.data, 'executor.mjs');
  await writeFile(file, executor.program);
  // Links followed: a process may read only what it was told by its own name.
  const program = await realpath(file);

  const every = (ms: number, work: () => void) => {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  };
  const { tlsCert: cert, tlsKey: key } = config;
  const tls = cert === undefined || key === undefined ? undefined : await TlsFiles.open({ cert, key, log, every });
  started.defer(() => tls?.close());
  const access = new Access({ store, operatorHash: token.hash, config, clock, log, every });
  started.defer(() => access.close());
  await access.start();
  const budgets = new Budgets({ store, clock, log, every, onEvent: (event) => telemetry.budget(event) });
  // After the lanes, whose last calls it counts.
  started.defer(() => budgets.close());
  let lanes: Lanes;
  let rollouts: Rollouts;
  const draining = new Draining(config.swapDrain * 1_000, (release) => lanes.endStreams(release));
  started.defer(() => draining.close());
  const registry = new Registry(
    (closed) => {
      draining.closed(closed);
      lanes.unload(closed);
    },
    (retired) => draining.add(retired),
    (next) => {
      rollouts.swapped(next);
      telemetry.swapped(next);
    },
  );
  const exists = (plugin: string) => registry.get(plugin) !== undefined;
  const laneOf = (release: Release) => lanes.laneOf(release);
  const { logs, uses, totals, storedUsage, telemetry, attributed, otlp }: Observed = await observe(started, {
    ...{ config, clock, log, every, store, registry, builder, language, laneOf, egress },
    ...{ lanes: () => lanes, previews: () => previews.size, previewUsage: () => usage, isReady: () => state === 'ready' && lanes.ready },
    more: () => [...hintFamilies(hints), ...budgetFamilies(budgets)],
  });
  attribution = attributed;
  const marks = new PluginMarks();
  const fetches = fetchOps(egress, (plugin) => marks.of(plugin));
  const unstored = new Unstored();
  const images = new ImageSource({ store, unstored });
  const laneOptions: Omit<PoolOptions, 'executors'> = {
    quarantineExecutors: config.quarantineExecutors,
    start: {
      program,
      ...{ engine: leanEngine(await readEngine()), modules: executor.prelude },
      eviction: { afterMs: config.evictAfter * 1_000, aboveBytes: config.executorMemory * 1_048_576 },
    },
    imageOf: (release, base, anew) => images.image(release, base, anew),
    onSnapshot: (release, snapshot) => {
      images.saveSnapshot(release, snapshot).catch((err: unknown) => {
        log.warn({ err, ...named(release) }, 'a snapshot could not be stored');
      });
    },
    ops: otlp === undefined ? fetches : tracedOps(fetches),
    meter: attributed.executors,
    onLog: logs.take,
    log,
  };
  lanes = new Lanes(
    new Map(
      [...laneCounts(config)].map(([lane, executors]) => [lane, new Pool({ ...laneOptions, executors, watch: telemetry.poolWatch(lane) })]),
    ),
  );
  started.defer(() => lanes.close());
  started.defer(() => attributed.close());
  // What calls go on with after their replies (`ctx.waitUntil`) has the drain's time, too.
  started.defer(() => lanes.drain(drainLeft()));
  const recorder = new Recorder({ ...clock, exists });
  const onExecutors = (call: Call) => lanes.dispatch(call);
  const metering: UsageSink = {
    record: (one) => {
      // Tests and replays are the host's own calls.
      if (one.trial === undefined) budgets.record(one);
      usage.record(one);
    },
  };
  const recorded = leased(new CallMeter(metering, laneOf));
  const replayer = new Replayer({
    ...{ registry, loader: lanes, unstored, dynamicCode: config.dynamicCode },
    ...{ dispatch: layered([recorded, sendable, judged], onExecutors), elapsed: clock.elapsed },
  });
  const refusing = config.dynamicCode ? [] : [withoutDynamicCode];
  const runner = new TestRunner({
    ...{ builder, loader: lanes, registry, unstored, clock },
    dispatch: layered([recorded, ...refusing], onExecutors),
  });
  const allowed = { hasLane: (lane: string) => lanes.has(lane), dynamicCode: config.dynamicCode };
  const plain: PreparerParts = {
    ...{ builder, loader: lanes, store, registry, clock, ...allowed },
    gates: [testsGate({ runner, skips: config.testSkips }), new ReplayGate({ recorder, replayer, store, elapsed: clock.elapsed })],
  };
  const making = otlp?.pushes.parts(plain) ?? plain;
  const previews = new Previews({
    ...{ preparer: new Preparer(making), images: images.previews, clock, log, most: config.previews },
    endStreams: (live) => lanes.endStreams(live),
    onEnded: (id) => usage.forget(id),
  });
  started.defer(() => previews.close());
  const usage = new PreviewUsage([totals, { record: (one) => rollouts.record(one) }], (id) => previews.has(id), storedUsage);
  const publisher = new Publisher({
    ...{
      ...making,
      log,
      around: otlp === undefined ? telemetry.around : (asked, push) => telemetry.around(asked, () => otlp.pushes.around(asked, push)),
    },
    keep: { releases: config.keepReleases, forMs: config.keepDays * 86_400_000 },
    onRemoved: (plugin) => {
      telemetry.removed(plugin);
      totals.forget(plugin);
      attributed.account.forget(plugin);
      recorder.forget(plugin);
      previews.deleteAll(plugin);
      logs.removed(plugin);
      rollouts.removed(plugin);
    },
  });
  started.defer(() => publisher.close());
  started.defer(() => runner.close());
  rollouts = new Rollouts({
    onDecided: (rollout) => telemetry.decided(rollout),
    ...{ store, publisher, log, clock, deployed: (plugin) => registry.deployed(plugin), breaker: (live) => lanes.breaker(live) },
    after: (ms, work) => {
      const timer = setTimeout(work, ms).unref();
      return () => clearTimeout(timer);
    },
  });
  started.defer(() => rollouts.close());
  await publisher.restore();
  await budgets.restore();
  await uses.restore();
  await rollouts.restore();
  for (const { release } of registry.list()) {
    if (lanes.has(release.manifest.lane)) continue;
    log.warn({ plugin: release.plugin, lane: release.manifest.lane }, `there is no such lane now: the plugin runs in ${defaultLane}`);
  }

  let state: HostState = 'starting';
  const failures = new Failures({ bundleOf: (release) => images.bundle(release), log });
  const find = (plugin: string) => registry.get(plugin);
  const deployed = (plugin: string) => registry.deployed(plugin);
  const signals = new Signals(laneOf, clock.elapsed);
  const traced = otlp === undefined ? [] : [otlp.calls.layer];
  const dispatch = layered(
    [
      ...[...traced, leased(new CallMeter(metering, laneOf, signals)), ...refusing],
      ...[budgeted(budgets), recorder.layer, sendable, judged, uploaded],
    ],
    onExecutors,
  );
  const tryOut = (...asked: Parameters<Publisher['tryOut']>) => publisher.tryOut(...asked);
  const capsules = new Capsules({ recorder, replayer, store, tryOut, now: clock.now });
  const withinBudget = budgetGate(budgets);
  const hints = new Hints({
    ...{ signals, lanes: () => lanes.presence(), processors: availableParallelism(), clock },
    ...{ seconds: { stable: config.hintsWindow, panic: config.hintsPanic, tick: config.hintsTick }, target: config.hintsTarget / 100 },
    hostCpuUs: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    open: () => state === 'ready',
    every,
  });
  started.defer(() => hints.close());
  const follower = new Follower({ hints, lanes, log });
  started.defer(() => follower.close());
  const ingress = createIngress({
    ...{ deployed, visit: visits((id) => previews.find(id), clock.elapsed), dispatch },
    gate: countedGate(
      signals,
      meteredGate(metering, laneOf, (live) => withinBudget(live) ?? lanes.gate(live)),
    ),
    refused: meteredRefusals(metering, laneOf),
    explain: (live, error, exposed) => failures.explain(live, error, exposed || config.exposeErrors),
    callerOf: callerBy(config.callerHeader, (mark) => marks.pluginOf(mark)),
    details: detailsMode((text) => access.tokens.principalOf(text), clock.elapsed),
    tracing: otlp?.calls,
    open: () => state !== 'draining',
    log,
  });
  const bundle = new BundleSource({ log, elapsed: clock.elapsed });
  started.defer(() => bundle.close());
  const admin = createAdminApp({
    dashboard: dashboard({ bundle, sessions: access.sessions, config }),
    ...{ version, startedAt: clock.now() },
    tester: new Tester({ builder, runner, ...allowed }),
    ...{ language, allowed: () => ({ lanes: [...lanes.sizes().keys()], dynamicCode: config.dynamicCode }) },
    frames: (live, error) => failures.frames(live, error),
    ...{ store, publisher, rollouts, budgets, totals, storedUsage, previews, previewUsage: usage, capsules, hints, config, log },
    now: clock.now,
    ...{ account: attributed.account, logs: logs.kept, tails: logs.tails },
    ...{ metrics: telemetry.metrics, events: telemetry.events },
    hygiene: new Hygiene({
      ...{ uses, clock, past: (question) => storedUsage.past(question) },
      live: () => registry.list().map(({ release: { plugin, number } }) => [plugin, number]),
    }),
    evict: (plugin) => void draining.evict(plugin),
    calls: { find, dispatch, explain: (live, error) => failures.explain(live, error, true) },
    breakers: {
      ...{ find, list: () => registry.list() },
      ...{ view: (live) => lanes.breaker(live), reset: (live) => lanes.forgive(live) },
    },
    access,
    ready: () =>
      state === 'ready' && lanes.ready ? { ready: true } : { ready: false, reason: state === 'ready' ? 'executors are starting' : state },
  });
  await lanes.started();
  telemetry.open();

  const trafficServer = createHttpServer(receiveTimes, ingress, tls);
  trafficServer.maxConnections = 10_000;
  const adminServer = createHttpServer({}, admin.callback(), tls);
  adminServer.maxConnections = 1_000;
  // A push that is under way is answered.
  started.defer(() => closeServer(adminServer, drainLeft()));
  started.defer(() => logs.tails.close());
  const adminAddress = await listen(adminServer, config.adminHost, config.adminPort);
  ownPorts.add(adminAddress.port);
  started.defer(() => telemetry.close());
  started.defer(() => closeServer(trafficServer, drainLeft()));
  const trafficAddress = await listen(trafficServer, config.host, config.port);
  ownPorts.add(trafficAddress.port);

  const scaler = await startScaler(config, hints, exists, { elapsed: clock.elapsed, log });
  if (scaler !== undefined) {
    started.defer(() => scaler.service.close(drainLeft()));
    ownPorts.add(scaler.address.port);
  }

  const watcher = config.plugins === undefined ? undefined : new PluginWatcher({ directory: config.plugins, publisher, log });
  if (watcher !== undefined) started.defer(() => watcher.close());
  const watching = (watcher?.start() ?? Promise.resolve()).then(() => {
    if (state === 'starting') state = 'ready';
  });
  // Whoever awaits it gets the error; nobody need.
  watching.catch(() => {});

  const parts = started.move();
  let closing: Promise<void> | undefined;
  return {
    ...{ traffic: trafficAddress, admin: adminAddress, scaler: scaler?.address, newToken: token.token, lanes, builder, watching },
    get state() {
      return state;
    },
    close() {
      closing ??= (async () => {
        state = 'draining';
        drainUntil = performance.now() + config.drainMs;
        await parts.disposeAsync();
        state = 'closed';
      })();
      return closing;
    },
  };
}

function localAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
