/** The hint routes of the admin API, in a form that KEDA's metrics-api scaler reads: each number has a path, and what is not known is an error. */

import { NboxError } from '../../guards/errors.ts';
import { getHints, getHostHint, getLaneHint, getPluginHint } from '../api/operations/hints.ts';
import type { HintReader, Known, Reading, Unknown } from '../hints/reading.ts';
import type { LiveRelease } from '../release/release.ts';
import { within } from './access.ts';
import { liveRelease } from './plugins.ts';
import { type Route, route } from './route.ts';

export interface HintRouteParts {
  readonly hints: Pick<HintReader, 'lanes' | 'lane' | 'plugin' | 'host'>;
  /** In order of the plugins' ids. */
  readonly list: () => readonly LiveRelease[];
  readonly find: (plugin: string) => LiveRelease | undefined;
}

export function hintRoutes({ hints, list, find }: HintRouteParts): Route[] {
  return [
    route(getHints, (ctx) => {
      const host = known(hints.host());
      const lanes = hints.lanes().map((lane) => [lane, viewOf(known(laneOf(hints, lane)))]);
      const plugins = new Set(
        list()
          .map(({ release }) => release.plugin)
          .filter(within(ctx)),
      );
      ctx.body = {
        // Lanes and host are everybody's, and tell of nobody's plugins.
        // A plugin of which nothing is known yet has no number: whoever asks for it fails, and the others do not.
        plugins: Object.fromEntries([...plugins].map((plugin) => [plugin, eitherOf(hints.plugin(plugin))])),
        lanes: Object.fromEntries(lanes),
        host: hostView(host),
      };
    }),
    route(getLaneHint, (ctx, { lane = '' }) => {
      ctx.body = { lane, ...viewOf(known(laneOf(hints, lane))) };
    }),
    route(getHostHint, (ctx) => {
      ctx.body = hostView(known(hints.host()));
    }),
    route(getPluginHint, (ctx, params) => {
      const { plugin } = liveRelease(find, params).release;
      ctx.body = { plugin, ...viewOf(known(hints.plugin(plugin))) };
    }),
  ];
}

function laneOf(hints: HintRouteParts['hints'], lane: string): Reading {
  const reading = hints.lane(lane);
  if (reading === undefined) throw new NboxError('no_such_lane', `There is no lane ${JSON.stringify(lane.slice(0, 80))}`);
  return reading;
}

/** @throws NboxError `hints_unknown` */
function known(reading: Reading): Known {
  if (reading.kind === 'unknown') throw new NboxError('hints_unknown', { detail: reading.reason, retryAfterS: 2 });
  return reading;
}

function eitherOf(reading: Reading): object {
  return reading.kind === 'known' ? viewOf(reading) : { unknown: (reading satisfies Unknown).reason };
}

function viewOf({ wanted, load, present, reason, demandCores, cpuCores, concurrency, callsPerSecond, waitUs }: Known): object {
  return {
    wanted,
    load,
    ...(present === undefined ? {} : { present }),
    reason,
    demandCores,
    cpuCores,
    concurrency,
    callsPerSecond,
    waitUs,
  };
}

function hostView({ wanted, load, present, reason, demandCores }: Known): object {
  return { replicas: wanted, load, present, reason, demandCores };
}
