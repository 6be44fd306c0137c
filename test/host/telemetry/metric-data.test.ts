/** Families of metrics as OpenTelemetry has them. */

import assert from 'node:assert/strict';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import type { Family } from '../../../host/telemetry/family.ts';
import { Labels, noLabels } from '../../../host/telemetry/labels.ts';
import { metricData } from '../../../host/telemetry/otlp/metric-data.ts';

const period = { startTime: [1, 0], endTime: [2, 0] } as const satisfies { startTime: [number, number]; endTime: [number, number] };
const all = (families: Family[]) => [...metricData(families, { startTime: [...period.startTime], endTime: [...period.endTime] })];
const labels = new Labels([['plugin', 'a/b/c']]);

describe('metricData(families, period)', () => {
  it('gives counters as monotonic sums, all else as gauges, with units', () => {
    const [sum, gauge, info] = all([
      { kind: 'counter', name: 'cpu_seconds_total', help: 'CPU', points: [{ labels, value: 1.5 }] },
      { kind: 'gauge', name: 'memory_bytes', help: 'Memory', points: [{ labels: noLabels, value: 7 }] },
      { kind: 'info', name: 'build_info', help: 'Build', points: [{ labels, value: 1 }] },
    ]);
    assert.deepEqual([sum?.descriptor.name, sum?.descriptor.unit, sum?.dataPointType], ['cpu_seconds', 's', DataPointType.SUM]);
    assert.equal(sum?.dataPointType === DataPointType.SUM && sum.isMonotonic, true);
    assert.deepEqual(sum?.dataPoints, [{ ...period, attributes: { plugin: 'a/b/c' }, value: 1.5 }]);
    assert.deepEqual([gauge?.descriptor.unit, gauge?.dataPointType], ['By', DataPointType.GAUGE]);
    assert.equal(info?.dataPointType, DataPointType.GAUGE);
  });

  it('gives a histogram with what lies in each bucket alone', () => {
    const [histogram] = all([
      { kind: 'histogram', name: 'wait_seconds', help: 'W', bounds: [1, 2], spreads: [{ labels, counts: [3, 5], total: 9, sum: 12 }] },
    ]);
    assert.deepEqual(histogram?.dataPoints[0]?.value, { buckets: { boundaries: [1, 2], counts: [3, 2, 4] }, count: 9, sum: 12 });
  });

  it('comes in parts, none of an empty family', () => {
    const points = Array.from({ length: 1_100 }, (_, value) => ({ labels, value }));
    const parts = all([
      { kind: 'gauge', name: 'many', help: 'Many', points },
      { kind: 'gauge', name: 'none', help: 'None', points: [] },
    ]);
    assert.deepEqual(
      parts.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.length]),
      [
        ['many', 500],
        ['many', 500],
        ['many', 100],
      ],
    );
  });
});
