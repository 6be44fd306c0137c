/** Traces and metrics of a running host, as a collector gets them. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { RunningHost } from '../support/running-host.ts';

const trace = (n: number) => n.toString(16).padStart(32, 'a');
const parent = '00f067aa0ba902b7';
const sampled = (n: number, flags = '01') => ({ traceparent: `00-${trace(n)}-${parent}-${flags}` });

describe('traces', () => {
  let collector: OtlpReceiver;
  let origin: Server;
  let asked: { path: string; headers: IncomingHttpHeaders }[];
  let running: RunningHost;
  let originUrl: string;

  before(async () => {
    collector = await OtlpReceiver.start();
    asked = [];
    origin = createServer((req, res) => {
      asked.push({ path: req.url as string, headers: req.headers });
      res.writeHead(req.url?.startsWith('/missing') ? 404 : 200).end('there');
    });
    origin.listen(0, '127.0.0.1');
    await once(origin, 'listening');
    const { port } = origin.address() as AddressInfo;
    originUrl = `http://127.0.0.1:${port}`;
    running = await RunningHost.start([
      ...['--otlp-endpoint', `${collector.url}/`, '--otlp-interval', '1', '--trace-ratio', '0', '--egress-allow', `127.0.0.1:${port}`],
    ]);
    const manifest = { egress: [`127.0.0.1:${port}`], limits: { cpuMs: 20 } };
    const source = `export default async (request) => {
      const path = new URL(request.url).searchParams.get('ask');
      const headers = { traceparent: '00-${'b'.repeat(32)}-${'c'.repeat(16)}-01', tracestate: 'mine=1' };
      return new Response(path === null ? 'no' : await (await fetch(new URL(path, '${originUrl}'), { headers })).text());
    }`;
    await running.push('demo/trace/asks', { source, manifest });
    await running.push('demo/trace/loops', { source: 'export default () => { for (;;) {} }', manifest });
    await running.push('demo/trace/waits', 'export default async () => { await new Promise((done) => setTimeout(done, 900)); }');
    await running.push('demo/trace/streams', {
      source: `export default { fetch(request, env, ctx) {
        const { readable, writable } = new TransformStream();
        const writer = writable.getWriter();
        writer.write(new TextEncoder().encode('one'));
        setTimeout(() => { writer.write(new TextEncoder().encode('two')); writer.close(); }, 50);
        return new Response(readable);
      } }`,
    });
  });

  after(async () => {
    await running.close();
    await collector.close();
    origin.close();
    origin.closeAllConnections();
  });

  const spanOf = (n: number, is: (span: ReceivedSpan) => boolean = () => true) =>
    collector.span((span) => span.traceId === trace(n) && is(span));

  it('have a span for a call that its caller samples, below the caller, with what it has cost', async () => {
    assert.equal(await running.text('demo/trace/asks/some/path?secret=1', { headers: { ...sampled(1), tracestate: 'a=1,b=2' } }), 'no');
    const span = await spanOf(1);
    assert.equal(span.name, 'demo/trace/asks fetch');
    assert.equal(span.kind, 2);
    assert.equal(span.parentSpanId, parent);
    assert.equal(span.traceState, 'a=1,b=2');
    const { attributes } = span;
    assert.equal(attributes['nbox.plugin'], 'demo/trace/asks');
    assert.equal(attributes['nbox.release'], 1);
    assert.equal(attributes['nbox.lane'], 'standard');
    assert.equal(attributes['nbox.outcome'], 'ok');
    assert.equal(attributes['http.request.method'], 'GET');
    assert.equal(attributes['url.path'], '/some/path');
    assert.equal(attributes['http.response.status_code'], 200);
    assert.ok((attributes['nbox.cpu_us'] as number) > 0);
    assert.ok((attributes['nbox.wait_us'] as number) >= 0);
    assert.ok(!JSON.stringify(span).includes('secret'));
    assert.equal(collector.resources[0]?.['service.name'], 'nbox');
  });

  it('have a span for a fetch below it, whose headers go along in place of the plugin’s own', async () => {
    const headers = { ...sampled(2), tracestate: 'vendor=x' };
    assert.equal(await running.text('demo/trace/asks?ask=/there?token=geheim', { headers }), 'there');
    const call = await spanOf(2, ({ kind }) => kind === 2);
    const fetched = await spanOf(2, ({ kind }) => kind === 3);
    assert.equal(fetched.name, 'GET');
    assert.equal(fetched.parentSpanId, call.spanId);
    assert.equal(fetched.attributes['url.full'], `${originUrl}/there`);
    assert.equal(fetched.attributes['http.response.status_code'], 200);
    const { headers: got } = asked.at(-1) as (typeof asked)[number];
    assert.equal(got.traceparent, `00-${trace(2)}-${fetched.spanId}-01`);
    assert.equal(got['tracestate'], 'vendor=x');
  });

  it('tell a fetch that failed, and one that was answered with an error', async () => {
    await running.text('demo/trace/asks?ask=/missing', { headers: sampled(3) });
    assert.equal((await spanOf(3, ({ kind }) => kind === 3)).attributes['error.type'], '404');
    await running.text('demo/trace/asks?ask=http://not.granted.example/', { headers: sampled(4) });
    const failed = await spanOf(4, ({ kind }) => kind === 3);
    assert.deepEqual(failed.status, { code: 2, message: 'TypeError' });
  });

  it('are not made of a call that its caller does not sample; what it fetches says so', async () => {
    assert.equal(await running.text('demo/trace/asks?ask=/quiet', { headers: { ...sampled(5, '00'), tracestate: 'a=1' } }), 'there');
    const { headers } = asked.at(-1) as (typeof asked)[number];
    assert.match(headers.traceparent as string, new RegExp(`^00-${trace(5)}-(?!${parent})[0-9a-f]{16}-00$`));
    assert.equal(headers['tracestate'], 'a=1');
    await running.text('demo/trace/asks?ask=/quiet');
    assert.match((asked.at(-1) as (typeof asked)[number]).headers.traceparent as string, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    await running.text('demo/trace/asks', { headers: sampled(6) });
    await spanOf(6);
    assert.ok(!collector.spans.some(({ traceId }) => traceId === trace(5)));
  });

  it('take nothing from a traceparent that is none', async () => {
    for (const traceparent of [
      '',
      'x',
      `00-${'0'.repeat(32)}-${parent}-01`,
      `00-${trace(7)}-${'0'.repeat(16)}-01`,
      `ff-${trace(7)}-${parent}-01`,
      `00-${trace(7)}-${parent}-01-more`,
      `00-${trace(7).toUpperCase()}-${parent}-01`,
      `00-${trace(7)}-${parent}-01, 00-${trace(7)}-${parent}-01`,
      'a'.repeat(7_000),
    ]) {
      assert.equal(await running.text('demo/trace/asks', { headers: { traceparent, tracestate: ',=,;=' } }), 'no');
    }
    await running.text('demo/trace/asks', { headers: sampled(8) });
    await spanOf(8);
    assert.ok(!collector.spans.some(({ traceId }) => traceId === trace(7)));
  });

  it('tell how a call failed: by its guard, and turned away before it was one', async () => {
    await running.problem('demo/trace/loops', { headers: sampled(9) });
    const looped = await spanOf(9);
    assert.match(looped.attributes['nbox.outcome'] as string, /^(cpu|loop_budget)_exceeded$/);
    assert.equal(looped.status.code, 2);
    assert.equal(looped.attributes['http.response.status_code'], 508);
    // It trips its breaker, by and by, and is then turned away at the gate.
    for (let n = 0; n < 40; n += 1) {
      if ((await running.problem('demo/trace/loops', { headers: sampled(10) })).code === 'quarantined') break;
    }
    const refused = await spanOf(10, ({ attributes }) => attributes['nbox.outcome'] === 'quarantined');
    assert.equal(refused.attributes['nbox.plugin'], 'demo/trace/loops');
    assert.equal(refused.attributes['http.response.status_code'], 503);
  });

  it('tell that a client has left, which is no error', async () => {
    const left = running.call('demo/trace/waits', { headers: sampled(13), signal: AbortSignal.timeout(200) });
    await assert.rejects(left);
    const span = await spanOf(13);
    assert.equal(span.attributes['nbox.outcome'], 'aborted');
    assert.notEqual(span.status.code, 2);
  });

  it('have a streamed reply’s span end with its stream', async () => {
    assert.equal(await running.text('demo/trace/streams', { headers: sampled(11) }), 'onetwo');
    const span = await spanOf(11);
    assert.equal(span.attributes['nbox.outcome'], 'ok');
    assert.ok(span.durationMs > 40, `${span.durationMs}`);
  });

  it('have spans of pushes, with their parts below them, and of those that fail', async () => {
    const push = await collector.span(({ name }) => name === 'push demo/trace/asks');
    const below = await collector.until(() => {
      const found = collector.spans.filter(({ parentSpanId }) => parentSpanId === push.spanId).map(({ name }) => name);
      return found.length >= 6 ? found : undefined;
    });
    assert.deepEqual(below.sort(), ['build', 'gate replay', 'gate tests', 'load', 'probe', 'store']);
    await running.put('demo/trace/wrong', 'export default (');
    const failed = await collector.span(({ name }) => name === 'push demo/trace/wrong');
    assert.deepEqual(failed.status, { code: 2, message: 'type_errors' });
  });

  it('are referred to by the metrics', async () => {
    await running.text('demo/trace/asks', { headers: sampled(12) });
    const answer = await running.admin('GET', '/metrics', undefined, { accept: 'application/openmetrics-text' });
    assert.match(
      await answer.text(),
      new RegExp(`nbox_plugin_duration_seconds_bucket\\{plugin="demo/trace/asks",.*# \\{trace_id="${trace(12)}"\\}`),
    );
  });

  it('come with the metrics, every while', async () => {
    const calls = await collector.until(() =>
      collector.metrics
        .filter(({ name }) => name === 'nbox_plugin_calls')
        .flatMap(({ points }) => points)
        .find(({ attributes }) => attributes['plugin'] === 'demo/trace/asks' && attributes['outcome'] === 'ok'),
    );
    assert.ok(calls.value.asDouble >= 1);
    const { unit, points } = await collector.until(() => collector.metrics.find(({ name }) => name === 'nbox_plugin_wait_seconds'));
    assert.equal(unit, 's');
    const { bucketCounts, explicitBounds, count } = points[0]?.value ?? {};
    assert.equal(bucketCounts.length, explicitBounds.length + 1);
    assert.equal(
      bucketCounts.reduce((sum: number, one: number | string) => sum + Number(one), 0),
      Number(count),
    );
  });
});

describe('a collector that is not there', () => {
  it('keeps no call from its reply, and the host from no end', async () => {
    const collector = await OtlpReceiver.start();
    const { url } = collector;
    await collector.close();
    const running = await RunningHost.start(['--otlp-endpoint', url, '--otlp-interval', '1', '--trace-ratio', '1']);
    await running.push('demo/trace/works', 'export default () => new Response("hello")');
    for (let i = 0; i < 300; i += 1) assert.equal(await running.text('demo/trace/works'), 'hello');
    await running.close();
    assert.ok(running.lines.some(({ msg }) => String(msg).startsWith('the collector does not take')));
  });
});

describe('a host without a collector', () => {
  it('leaves the headers of traces to plugins', async () => {
    const running = await RunningHost.start();
    await running.push('demo/trace/shows', 'export default (request) => new Response(request.headers.get("traceparent"))');
    assert.equal(await running.text('demo/trace/shows', { headers: sampled(1) }), sampled(1).traceparent);
    const metrics = await (await running.admin('GET', '/metrics')).text();
    assert.ok(!metrics.includes('nbox_trace_spans'));
    await running.close();
  });
});
