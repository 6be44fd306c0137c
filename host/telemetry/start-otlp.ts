/** Traces and metrics over OTLP, where there is a collector to send to; only then are their packages loaded. */

import type { Config } from '../config/config.ts';
import type { Otlp, OtlpParts } from './otlp/otlp.ts';
import { type Telemetry, version } from './telemetry.ts';

export interface StartOtlpParts extends Pick<OtlpParts, 'laneOf' | 'now' | 'log'> {
  readonly telemetry: Pick<Telemetry, 'metrics' | 'exemplars'>;
}

/** Whoever starts it closes it. */
export async function startOtlp(config: Config, { telemetry, ...parts }: StartOtlpParts): Promise<Otlp | undefined> {
  const { otlpEndpoint } = config;
  if (otlpEndpoint === undefined) return undefined;
  const { Otlp: Started } = await import('./otlp/otlp.ts');
  const { metrics, exemplars } = telemetry;
  return new Started({ ...parts, config: { ...config, otlpEndpoint }, version, metrics, exemplars });
}
