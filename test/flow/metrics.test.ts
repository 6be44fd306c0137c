/** What Prometheus reads of a running host. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

describe('/metrics', () => {
  let running: RunningHost;

  before(async () => {
    running = await RunningHost.start(['--metrics-plugins', '2']);
    // The first two have names, whether they are first divided, in the order of their pushes, or first scraped, in that of their ids.
    await running.push('demo/meter/loops', { source: 'export default () => { for (;;) {} }', manifest: { limits: { cpuMs: 20 } } });
    await running.push('demo/meter/throws', 'export default () => { throw new Error("no"); }');
    await running.push('demo/meter/works', 'export default () => "hello"');
    await running.put('demo/meter/wrong', 'export default (');
    for (let i = 0; i < 3; i += 1) await running.text('demo/meter/works');
    await running.text('demo/meter/throws');
    await running.text('demo/meter/loops');
  });

  after(() => running.close());

  const scrape = async (accept = '*/*') => {
    const answer = await running.admin('GET', '/metrics', undefined, { accept });
    assert.equal(answer.status, 200);
    return { type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const value = (text: string, series: string): number => {
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    assert.ok(line, `${series} in\n${text.slice(0, 4_000)}`);
    return Number(line.slice(series.length + 1));
  };

  it('is for those who have the token', async () => {
    const answer = await fetch(`${running.adminUrl}/metrics`);
    assert.equal(answer.status, 401);
    assert.equal(((await answer.json()) as { code: string }).code, 'unauthorized');
  });

  it('tells what calls and pushes came to, of so many plugins as may be named, and of all others', async () => {
    const { type, text } = await scrape();
    assert.equal(type, 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(value(text, 'nbox_plugin_calls_total{plugin="demo/meter/throws",outcome="plugin_error"}'), 1);
    assert.equal(value(text, 'nbox_plugin_calls_total{plugin="other",outcome="ok"}'), 3);
    assert.equal(value(text, 'nbox_calls_total{outcome="ok"}'), 3);
    const ended = value(text, 'nbox_guard_trips_total{guard="cpu"}') + value(text, 'nbox_guard_trips_total{guard="loop_budget"}');
    assert.equal(ended, 1);
    assert.equal(value(text, 'nbox_pushes_total{result="created"}'), 3);
    assert.equal(value(text, 'nbox_pushes_total{result="type_errors"}') + 0, 1);
    assert.equal(value(text, 'nbox_push_duration_seconds_count'), 4);
    assert.equal(value(text, 'nbox_executors{lane="standard",state="ready"}'), 2);
    assert.equal(value(text, 'nbox_plugins_unnamed'), 1);
    assert.equal(value(text, 'nbox_ready'), 1);
    assert.ok(value(text, 'nbox_plugin_cpu_seconds_total{plugin="demo/meter/loops"}') > 0.01);
    assert.ok(value(text, 'process_cpu_seconds_total') > 0);
    assert.ok(value(text, 'nodejs_eventloop_lag_p99_seconds') > 0);
  });

  it('has each line in the group of its family, no series twice, and nothing that cannot be read', async () => {
    for (const accept of ['text/plain', 'application/openmetrics-text;version=1.0.0']) {
      const { text } = await scrape(accept);
      const seen = new Set<string>();
      const kinds = new Map<string, string>();
      let family = '';
      for (const line of text.trimEnd().split('\n')) {
        const [, head] = /^# TYPE (\S+) /.exec(line) ?? [];
        if (head !== undefined) {
          assert.ok(!kinds.has(head), `${head} comes twice`);
          kinds.set(head, line);
          family = head;
        }
        if (line.startsWith('#')) continue;
        const found = /^([a-z_][a-zA-Z0-9_]*)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) (?:[-+0-9.e]+|NaN|[+-]Inf)$/.exec(line);
        assert.ok(found, line);
        assert.ok((found[1] as string).startsWith(family), `${line} stands under ${family}`);
        assert.ok(!seen.has(`${found[1]}${found[2]}`), line);
        seen.add(`${found[1]}${found[2]}`);
      }
      assert.equal(text.endsWith('# EOF\n'), accept.startsWith('application'));
    }
  });

  it('is OpenMetrics where that is asked for', async () => {
    const { type, text } = await scrape('application/openmetrics-text;version=1.0.0,text/plain;q=0.1');
    assert.equal(type, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    assert.match(text, /\n# TYPE nbox_plugin_calls counter\nnbox_plugin_calls_total\{/);
    assert.match(text, /\n# TYPE nbox_build info\nnbox_build_info\{version="/);
  });

  it('forgets a plugin that is gone, whose calls stay in the sums of all', async () => {
    const answer = await running.admin('DELETE', '/v1/plugins/demo/meter/throws');
    assert.equal(answer.status, 204);
    const { text } = await scrape();
    assert.ok(!text.includes('demo/meter/throws'));
    assert.equal(value(text, 'nbox_calls_total{outcome="plugin_error"}'), 1);
  });
});
