/** What watches a host, put together: its log lines, its usage, who uses its processes, and what it tells of all that. Part of the composition root. */

import type { Builder } from '../loader/builder/builder.ts';
import type { Language } from '../loader/language/language.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { InterfaceUses } from './hygiene/interface-uses.ts';
import type { Logger } from './log.ts';
import { type Logs, startLogs } from './logs/logs.ts';
import { type Attributed, attribute } from './meter/attribution/start.ts';
import { Totals } from './meter/totals.ts';
import type { Registry } from './release/registry.ts';
import type { Release } from './release/release.ts';
import type { Store } from './store/store.ts';
import type { Otlp } from './telemetry/otlp/otlp.ts';
import { startOtlp } from './telemetry/start-otlp.ts';
import { Telemetry, type TelemetryParts } from './telemetry/telemetry.ts';
import { CurrentSecond } from './usage/current-second.ts';
import { StoredUsage } from './usage/stored-usage.ts';

/** What is read late may be made later than this. */
export interface ObserveParts extends Pick<TelemetryParts, 'egress' | 'lanes' | 'previews' | 'previewUsage' | 'isReady'> {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly every: (ms: number, work: () => void) => () => void;
  readonly store: Store;
  readonly registry: Registry;
  readonly builder: Builder;
  readonly language: Language;
  readonly laneOf: (release: Release) => string;
  /** What has series of its own beside telemetry's. */
  readonly more: NonNullable<TelemetryParts['more']>;
}

export interface Observed {
  readonly logs: Logs;
  readonly uses: InterfaceUses;
  readonly totals: Totals;
  readonly storedUsage: StoredUsage;
  readonly telemetry: Telemetry;
  readonly attributed: Attributed;
  /** Where there is a collector. */
  readonly otlp: Otlp | undefined;
}

/**
 * To be called before anything that calls run on: the last records come when that ends.
 * @param started is given what is to be closed, but `attributed`, which is closed before the executors end
 */
export async function observe(started: AsyncDisposableStack, parts: ObserveParts): Promise<Observed> {
  const { config, clock, log, every, store, registry, builder, language, laneOf, egress, more } = parts;
  const exists = (plugin: string) => registry.get(plugin) !== undefined;
  const logs = started.use(await startLogs({ config, clock, exists, log }));
  const uses = new InterfaceUses({
    ...{ store, clock, log, every },
    live: () => registry.list().map(({ release: { plugin }, interfaces }) => ({ plugin, interfaces })),
    isLive: (plugin, name) => registry.deployed(plugin)?.shares.some(({ live }) => live.interfaces.has(name)) === true,
    addUp: () => totals.addUp(),
  });
  started.defer(() => uses.close());
  const second = new CurrentSecond();
  const totals: Totals = new Totals(exists, [second, uses]);
  const storedUsage = new StoredUsage({
    ...{ directory: config.data, mostBytes: config.usageSize * 1_048_576, second, clock, log },
    addUp: () => totals.addUp(),
  });
  started.defer(() => storedUsage.close());
  let otlp: Otlp | undefined;
  const { lanes, previews, previewUsage, isReady } = parts;
  const telemetry = new Telemetry({
    ...{ registry, totals, egress, clock, metricsPlugins: config.metricsPlugins, lanes, previews, previewUsage, isReady },
    more: () => [...(otlp?.families() ?? []), ...more()],
  });
  // Where the host does not come up; one that does ends its readers before its server waits for them.
  started.defer(() => telemetry.close());
  const attributed = attribute({
    ...{ clock, log, exists, builderPid: () => builder.pid, languagePid: () => language.pid },
    sinks: [storedUsage, telemetry.divisions],
  });
  otlp = await startOtlp(config, { telemetry, laneOf, now: clock.now, log });
  if (otlp !== undefined) started.adopt(otlp, (one) => one.close());
  return { logs, uses, totals, storedUsage, telemetry, attributed, otlp };
}
