/** The settings route of the admin API: what the host runs with, to be looked at. What is secret is not in it. */

import { availableParallelism, totalmem } from 'node:os';
import { formatAllowance } from '../../guards/egress.ts';
import { getSettings } from '../api/operations/settings.ts';
import type { Config } from '../config/config.ts';
import { type ConfigOption, configOptions } from '../config/options.ts';
import { type Route, route } from './route.ts';

export interface SettingRouteParts {
  readonly config: Config;
  readonly version: string;
  /** In milliseconds since the epoch. */
  readonly startedAt: number;
}

/** An item of `GET /v1/settings`. */
export interface SettingView {
  readonly name: string;
  readonly flag: string | null;
  readonly variable: string;
  readonly what: string;
  readonly values: string;
  readonly default: string;
  readonly secret: boolean;
  /** As it would be written; `null` where nothing is set. Of a secret: that it is set, and nothing of it. */
  readonly value: string | null;
}

/** `GET /v1/settings` */
export interface SettingsView {
  readonly host: {
    readonly version: string;
    readonly node: string;
    readonly platform: string;
    readonly processors: number;
    readonly memoryBytes: number;
    readonly startedAt: string;
  };
  readonly settings: readonly SettingView[];
}

export function settingRoutes({ config, version, startedAt }: SettingRouteParts): Route[] {
  const settings = configOptions.map((option) => view(option, config));
  const host = {
    ...{ version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
    ...{ processors: availableParallelism(), memoryBytes: totalmem(), startedAt: new Date(startedAt).toISOString() },
  };
  return [
    route(getSettings, (ctx) => {
      ctx.body = { host, settings } satisfies SettingsView;
    }),
  ];
}

function view(option: ConfigOption, config: Config): SettingView {
  const { name, flag, variable, what, values, default: byDefault, secret } = option;
  const text = textOf(config[name]);
  const value = secret && text !== null ? 'set' : text;
  return { name, flag: flag ?? null, variable, what, values, default: byDefault, secret, value };
}

/** @returns `null` where nothing is set */
function textOf(value: Config[keyof Config]): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Map) {
    const lanes = [...value].map(([lane, { least, most }]) => `${lane}=${least === most ? most : `${least}-${most}`}`);
    return lanes.length === 0 ? null : lanes.join(',');
  }
  if (Array.isArray(value)) {
    const parts = value.map((one) => (typeof one === 'string' ? one : formatAllowance(one)));
    return parts.length === 0 ? null : parts.join(',');
  }
  // Headers: by name only, since a collector's key is one of them.
  const names = Object.keys(value);
  return names.length === 0 ? null : names.join(',');
}
