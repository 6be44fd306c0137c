/** What a ScaledObject asks for, by its metadata: exactly one of a plugin, a lane, the hosts. */

import { isNboxError } from '../../../guards/errors.ts';
import { laneName } from '../../../loader/manifest.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import type { HintReader, Known, Reading } from '../reading.ts';

/** What is wrong with a request; `code` is gRPC's. */
export class ScalerError extends Error {
  override readonly name = 'ScalerError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Of gRPC. */
export const status = Object.freeze({
  ...{ invalidArgument: 3, deadlineExceeded: 4, notFound: 5, resourceExhausted: 8, unavailable: 14, unauthenticated: 16 },
});

export type ScalerMetadata = Readonly<Record<string, string>>;

export interface Subject {
  /** What of the metadata names it. */
  readonly named: ScalerMetadata;
  /** As the HPA shows it: a name of Kubernetes', without slashes. */
  readonly metricName: string;
  /** @throws ScalerError where there is no such thing any more */
  readonly read: () => Reading;
}

export interface SubjectParts {
  readonly hints: Pick<HintReader, 'lane' | 'plugin' | 'host'>;
  readonly exists: (plugin: string) => boolean;
}

const keys = ['plugin', 'lane', 'host'] as const;

/** @throws ScalerError */
export function subjectOf(metadata: ScalerMetadata, { hints, exists }: SubjectParts): Subject {
  const given = keys.filter((key) => Object.hasOwn(metadata, key));
  const [key] = given;
  if (key === undefined || given.length > 1) {
    throw new ScalerError(
      status.invalidArgument,
      'The metadata must have exactly one of plugin: domain/group/name, lane: name, host: "true"',
    );
  }
  const value = metadata[key] as string;
  const named = { [key]: value };
  if (key === 'host') {
    if (value !== 'true') throw new ScalerError(status.invalidArgument, 'host may be "true" only');
    return { named, metricName: 'nbox-hosts', read: () => hints.host() };
  }
  if (key === 'lane') {
    if (!laneName.test(value)) throw new ScalerError(status.invalidArgument, `${shown(value)} is no name of a lane`);
    return { named, metricName: `nbox-lane-${value}`, read: () => found(hints.lane(value), `There is no lane ${shown(value)}`) };
  }
  const plugin = pluginOf(value);
  const read = () => found(exists(plugin) ? hints.plugin(plugin) : undefined, `There is no plugin ${plugin}`);
  return { named, metricName: `nbox-plugin-${plugin.replaceAll('/', '-')}`, read };
}

/** @throws ScalerError `unavailable` where it is not known: then KEDA leaves everything as it is */
export function knownOf(subject: Subject): Known {
  const reading = subject.read();
  if (reading.kind === 'unknown') throw new ScalerError(status.unavailable, reading.reason);
  return reading;
}

function pluginOf(value: string): string {
  try {
    return parsePluginId(value);
  } catch (error) {
    throw isNboxError(error) ? new ScalerError(status.invalidArgument, error.details.detail) : error;
  }
}

function found(reading: Reading | undefined, missing: string): Reading {
  if (reading === undefined) throw new ScalerError(status.notFound, missing);
  return reading;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
