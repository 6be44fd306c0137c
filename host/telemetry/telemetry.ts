/** The parts behind /metrics and /v1/events, put together: what tells them of things, and what reads them. */

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Registry as PromRegistry } from 'prom-client';
import type { BudgetEvent } from '../budgets/budget-event.ts';
import type { Clock } from '../clock.ts';
import type { Sums, Totals } from '../meter/totals.ts';
import type { Lanes } from '../pool/lanes.ts';
import type { PoolWatch } from '../pool/pool-watch.ts';
import type { Deployed } from '../release/deployed.ts';
import type { AroundPush } from '../release/push.ts';
import type { Registry } from '../release/registry.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { DivisionTotals } from './division-totals.ts';
import { EventHub } from './event-hub.ts';
import { Exemplars } from './exemplars.ts';
import type { Family } from './family.ts';
import { type HostMetricsParts, hostFamilies } from './host-metrics.ts';
import { LiveEvents } from './live-events.ts';
import { Metrics } from './metrics.ts';
import { NamedPlugins } from './named-plugins.ts';
import { overviews } from './overview.ts';
import { PluginMetrics } from './plugin-metrics.ts';
import { processRegistry } from './process-metrics.ts';
import { PushMetrics } from './push-metrics.ts';

/** Read when something asks, so that they may be made later than this is. */
export interface TelemetryParts {
  readonly registry: Pick<Registry, 'list' | 'deployed' | 'size'>;
  readonly totals: Pick<Totals, 'reading' | 'sums'>;
  readonly lanes: () => Pick<Lanes, 'executors' | 'loads' | 'breaker' | 'laneOf'>;
  readonly previewUsage: () => { readonly sums: () => Sums };
  readonly previews: () => number;
  readonly egress: HostMetricsParts['egress'];
  readonly isReady: () => boolean;
  /** What has series of its own beside these. */
  readonly more?: () => readonly Family[];
  readonly metricsPlugins: number;
  readonly clock: Clock;
}

/** nbox's own. */
export const version: string = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version;

export class Telemetry {
  readonly metrics: Metrics;
  readonly events: EventHub;
  readonly exemplars = new Exemplars();
  /** Takes the divisions of the processes' CPU; without any, their metrics are not there. */
  readonly divisions: DivisionTotals;
  readonly #live: LiveEvents;
  readonly #pushes: PushMetrics;
  readonly #plugins: PluginMetrics;
  readonly #own = new PromRegistry();
  readonly #lost = new Counter({
    ...{ name: 'nbox_executors_lost_total', help: 'Executors that are gone though nobody has asked them to go' },
    ...{ labelNames: ['lane', 'cause'], registers: [this.#own] },
  });

  constructor(parts: TelemetryParts) {
    const { registry, totals, lanes, clock, previews, more } = parts;
    const { elapsed } = clock;
    const named = new NamedPlugins(parts.metricsPlugins);
    const breaker: Lanes['breaker'] = (live) => lanes().breaker(live);
    this.divisions = new DivisionTotals(named, (plugin) => registry.deployed(plugin) !== undefined);
    this.#pushes = new PushMetrics(elapsed);
    this.#plugins = new PluginMetrics({
      ...{ registry, totals, named, exemplars: this.exemplars, breaker },
      laneOf: (release) => lanes().laneOf(release),
    });
    this.events = new EventHub({ elapsed, life: randomBytes(6).toString('hex') });
    const plugins = () => registry.size;
    const executors = { executors: () => lanes().executors(), loads: () => lanes().loads() };
    this.#live = new LiveEvents({
      ...{ hub: this.events, now: clock.now, breaker },
      overview: overviews({ totals, lanes: executors, plugins, previews, clock }),
    });
    const ofHost = () =>
      hostFamilies({
        ...{ version, totals, lanes: executors, previewUsage: parts.previewUsage(), previews, plugins, egress: parts.egress },
        ...{ unnamed: () => named.unnamed, readers: () => this.events.readers, isReady: parts.isReady },
        breakers: () => registry.list().map((live) => breaker(live).state),
      });
    this.metrics = new Metrics({
      ...{ plugins: this.#plugins, elapsed },
      others: [ofHost, () => this.divisions.families(), ...(more === undefined ? [] : [more])],
      registries: [this.#own, this.#pushes.registry, processRegistry()],
    });
  }

  readonly around: AroundPush = (requests, push) => this.#pushes.around(requests, () => this.#live.around(requests, push));

  swapped(next: Deployed): void {
    this.#live.swapped(next);
  }

  /** The plugin is gone, and the totals have it yet. */
  removed(plugin: string): void {
    this.#plugins.removed(plugin);
    this.divisions.forget(plugin);
    this.#live.removed(plugin);
  }

  decided(rollout: Rollout): void {
    this.#live.decided(rollout);
  }

  budget(event: BudgetEvent): void {
    this.#live.budget(event);
  }

  poolWatch(lane: string): PoolWatch {
    return {
      lost: (executor, cause) => {
        this.#lost.inc({ lane, cause });
        this.#live.lost(lane, executor, cause);
      },
      tripped: (live) => this.#live.tripped(live),
    };
  }

  /** What happens from here on is told. */
  open(): void {
    this.#live.open();
  }

  /** Ends all readers. */
  close(): void {
    this.#live.close();
  }
}
