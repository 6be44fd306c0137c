/** Families of metrics as OpenTelemetry has them, a part at a time. */

import { type HrTime, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { Family } from '../family.ts';
import type { Labels } from '../labels.ts';

/** Since when it was counted, and as of when. */
export interface Period {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

/** In one part: made JSON of in one piece, which takes some 2 ms. */
const mostPoints = 500;

export function* metricData(families: Iterable<Family>, period: Period): Generator<MetricData, void, void> {
  for (const family of families) {
    if (family.kind === 'histogram') yield* histograms(family, period);
    else yield* numbers(family, period);
  }
}

function* numbers(family: Exclude<Family, { kind: 'histogram' }>, period: Period): Generator<MetricData, void, void> {
  const points = Iterator.from(family.points).map(({ labels, value }) => ({ ...period, attributes: attributesOf(labels), value }));
  for (const dataPoints of parts(points)) {
    const described = { descriptor: descriptorOf(family), aggregationTemporality: AggregationTemporality.CUMULATIVE, dataPoints };
    if (family.kind === 'counter') yield { ...described, dataPointType: DataPointType.SUM, isMonotonic: true };
    else yield { ...described, dataPointType: DataPointType.GAUGE };
  }
}

function* histograms(family: Extract<Family, { kind: 'histogram' }>, period: Period): Generator<MetricData, void, void> {
  const boundaries = [...family.bounds];
  const points = Iterator.from(family.spreads).map(({ labels, counts, total, sum }) => ({
    ...{ ...period, attributes: attributesOf(labels) },
    // Here each bucket has what lies in it alone.
    value: { buckets: { boundaries, counts: [...counts, total].map((count, i) => count - (counts[i - 1] ?? 0)) }, count: total, sum },
  }));
  for (const dataPoints of parts(points)) {
    const described = { descriptor: descriptorOf(family), aggregationTemporality: AggregationTemporality.CUMULATIVE };
    yield { ...described, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
}

function* parts<T>(points: Iterable<DataPoint<T>>): Generator<DataPoint<T>[], void, void> {
  let part: DataPoint<T>[] = [];
  for (const point of points) {
    part.push(point);
    if (part.length < mostPoints) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

/** Without the ending that Prometheus wants, and gets back from what reads these. */
function descriptorOf({ name, help, kind }: Family) {
  const unit = /_seconds(?:_total)?$/.test(name) ? 's' : /_bytes(?:_total)?$/.test(name) ? 'By' : '';
  return { name: kind === 'counter' ? name.replace(/_total$/, '') : name, description: help, unit, valueType: ValueType.DOUBLE };
}

const attributesOf = ({ entries }: Labels): Record<string, string> => Object.fromEntries(entries);
