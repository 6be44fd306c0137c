/** What prom-client measures: Node's process, and what else is few enough that it may keep the numbers. */

import { collectDefaultMetrics, type MetricObject, type MetricValue, Registry } from 'prom-client';
import type { Family, Spread } from './family.ts';
import { Labels } from './labels.ts';

/** Their names end as those of counters, and they are none. */
const misnamed = /^nodejs_active_.*_total$/;
let ofProcess: Registry | undefined;

/** Of the process, which is one whatever runs in it: Node's observers behind these are not made twice. */
export function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** As of now. */
export async function familiesFrom(registry: Registry): Promise<Family[]> {
  const all = (await registry.getMetricsAsJSON()) as unknown as (MetricObject & { values: NamedValue[] })[];
  return all.filter(({ name }) => !misnamed.test(name)).map(familyOf);
}

/** As prom-client has them in spite of its types. */
interface NamedValue extends MetricValue<string> {
  readonly metricName?: string;
}

function familyOf({ name, help, type, values }: MetricObject & { values: NamedValue[] }): Family {
  // What they are differs with the version: its types have strings, and numbers.
  const kind = String(type);
  if (kind === 'histogram') return { kind, name, help, ...spreadsOf(values) };
  return {
    ...{ name, help },
    kind: kind === 'counter' ? 'counter' : name.endsWith('_info') ? 'info' : 'gauge',
    points: values.map(({ labels, value }) => ({ labels: labelsOf(labels), value })),
  };
}

function spreadsOf(values: readonly NamedValue[]): { bounds: number[]; spreads: Spread[] } {
  const found = new Map<string, { labels: Labels; counts: Map<number, number>; total: number; sum: number }>();
  for (const { labels: all, value, metricName = '' } of values) {
    const { le, ...others } = all;
    const labels = labelsOf(others);
    const one = found.get(labels.text) ?? { labels, counts: new Map(), total: 0, sum: 0 };
    found.set(labels.text, one);
    if (metricName.endsWith('_sum')) one.sum = value;
    else if (metricName.endsWith('_count')) one.total = value;
    else if (typeof le === 'number') one.counts.set(le, value);
  }
  const bounds = [...new Set([...found.values()].flatMap(({ counts }) => [...counts.keys()]))].sort((a, b) => a - b);
  const spreads = [...found.values()].map(({ labels, counts, total, sum }) => {
    return { labels, counts: bounds.map((bound) => counts.get(bound) ?? 0), total, sum };
  });
  return { bounds, spreads };
}

const labelsOf = (labels: Partial<Record<string, string | number>>): Labels =>
  new Labels(Object.entries(labels).map(([name, value]) => [name, String(value)]));
