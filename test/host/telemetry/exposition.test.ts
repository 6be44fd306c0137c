/** Metrics as text: what stands in a line, in which form, and which is asked for. */

import assert from 'node:assert/strict';
import { exposition, formatFor } from '../../../host/telemetry/exposition.ts';
import type { Family } from '../../../host/telemetry/family.ts';
import { Labels, noLabels } from '../../../host/telemetry/labels.ts';

const labels = new Labels([['plugin', 'a/b/c']]);
const families: Family[] = [
  { kind: 'counter', name: 'calls_total', help: 'Calls', points: [{ labels, value: 3 }] },
  { kind: 'gauge', name: 'waiting', help: 'A "quoted"\nhelp', points: [{ labels: noLabels, value: Number.POSITIVE_INFINITY }] },
  { kind: 'info', name: 'build_info', help: 'What runs', points: [{ labels: new Labels([['version', '1"\\\n']]), value: 1 }] },
  {
    ...{ kind: 'histogram', name: 'seconds', help: 'How long', bounds: [0.5, 1] },
    spreads: [{ labels, counts: [1, 2], total: 3, sum: 4.25, exemplar: { traceId: 'f00', value: 0.75, at: 12.5 } }],
  },
];
const text = (format: 'text' | 'openmetrics') => [...exposition(families, format)].join('');

describe('exposition', () => {
  it("writes Prometheus' own form, an info as a gauge, with nothing of exemplars", () => {
    assert.equal(
      text('text'),
      [
        '# HELP calls_total Calls',
        '# TYPE calls_total counter',
        'calls_total{plugin="a/b/c"} 3',
        '# HELP waiting A "quoted"\\nhelp',
        '# TYPE waiting gauge',
        'waiting +Inf',
        '# HELP build_info What runs',
        '# TYPE build_info gauge',
        'build_info{version="1\\"\\\\\\n"} 1',
        '# HELP seconds How long',
        '# TYPE seconds histogram',
        'seconds_bucket{plugin="a/b/c",le="0.5"} 1',
        'seconds_bucket{plugin="a/b/c",le="1"} 2',
        'seconds_bucket{plugin="a/b/c",le="+Inf"} 3',
        'seconds_sum{plugin="a/b/c"} 4.25',
        'seconds_count{plugin="a/b/c"} 3',
        '',
      ].join('\n'),
    );
  });

  it('writes OpenMetrics with families named without their endings, exemplars in their buckets, and an end', () => {
    assert.equal(
      text('openmetrics'),
      [
        '# HELP calls Calls',
        '# TYPE calls counter',
        'calls_total{plugin="a/b/c"} 3',
        '# HELP waiting A \\"quoted\\"\\nhelp',
        '# TYPE waiting gauge',
        'waiting +Inf',
        '# HELP build What runs',
        '# TYPE build info',
        'build_info{version="1\\"\\\\\\n"} 1',
        '# HELP seconds How long',
        '# TYPE seconds histogram',
        'seconds_bucket{plugin="a/b/c",le="0.5"} 1',
        'seconds_bucket{plugin="a/b/c",le="1.0"} 2 # {trace_id="f00"} 0.75 12.500',
        'seconds_bucket{plugin="a/b/c",le="+Inf"} 3',
        'seconds_sum{plugin="a/b/c"} 4.25',
        'seconds_count{plugin="a/b/c"} 3',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('gives itself in pieces, so that a long one leaves room for other work', () => {
    const points = Array.from({ length: 5_000 }, (_, i) => ({ labels: new Labels([['plugin', `a/b/${i}`]]), value: i }));
    const pieces = [...exposition([{ kind: 'gauge', name: 'many', help: 'Many', points }], 'text')];
    assert.ok(pieces.length > 5);
    assert.ok(pieces.every(({ length }) => length < 20_000));
    assert.equal(pieces.join('').split('\n').length, 5_003);
  });

  it('is OpenMetrics where that is asked for and preferred, and the older form in all other cases', () => {
    const prometheus =
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
    assert.equal(formatFor(prometheus), 'openmetrics');
    assert.equal(formatFor('application/openmetrics-text'), 'openmetrics');
    for (const other of [
      undefined,
      '*/*',
      'text/plain',
      'application/openmetrics-text;q=0',
      'application/openmetrics-text;q=0.2,text/plain',
      ';;q=,,',
      'application/openmetrics-text;q=NaN',
    ])
      assert.equal(formatFor(other), 'text', String(other));
  });
});
