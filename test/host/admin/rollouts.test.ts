/** host/admin/rollouts.ts, over HTTP. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world';

describe('the admin API, rollouts', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
    await host.push({ source: 'one\n' });
    await host.push({ source: 'two\n' }, { path: `${path}?percentage=0` });
  });
  afterEach(() => host.close());
  const post = (what: string, body: unknown, headers: Record<string, string> = {}) =>
    host.ask('POST', `${path}/${what}`, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

  it('POST …/rollout → 201 with the plan as it applies, and GET …/rollout has it', async () => {
    const { status, headers, json } = await post('rollout', { release: 2, message: 'slowly' });
    assert.deepEqual([status, headers.etag, json.plugin], [201, '"3"', 'demo/hello/world']);
    const { stepAt, startedAt, decisions, health, waitingFor, actor, ...rest } = json.rollout;
    assert.deepEqual(rest, {
      ...{ number: 1, state: 'running', release: 2, base: 1, steps: [1, 10, 50, 100], holdSeconds: 60, samples: 100 },
      ...{ timeoutSeconds: null, margins: { failures: 0.005, cpu: 1.25, latency: 1.25 }, percentage: 1, deployment: 3 },
      ...{ message: 'slowly', endedAt: null },
    });
    assert.ok(Date.parse(startedAt) > 0 && Date.parse(stepAt) > 0);
    assert.equal(actor, 'admin');
    const { at, ...decision } = decisions[0];
    assert.deepEqual(decision, { decision: 'started', actor, reason: 'slowly', deployment: 3, percentage: 1, health: null });
    assert.deepEqual([health.run, health.comparisons.length, waitingFor.length], [1, 1, 3]);
    const got = await host.ask('GET', `${path}/rollout`);
    assert.deepEqual([got.status, got.headers.etag, got.json.rollout.decisions], [200, '"3"', decisions]);
    assert.deepEqual((await host.ask('GET', `${path}/deployments`)).json.deployments[0].cause, 'rollout');
  });

  it('POST …/rollout takes its steps, times, samples and margins, a part of these as well', async () => {
    const asked = { steps: [0.01, 99.99, 100], holdSeconds: 0.5, samples: 10, timeoutSeconds: 7, margins: { cpu: 2 } };
    const { json } = await post('rollout', { release: 2, ...asked });
    const { steps, holdSeconds, samples, timeoutSeconds, margins } = json.rollout;
    assert.deepEqual(
      { steps, holdSeconds, samples, timeoutSeconds, margins },
      { ...asked, margins: { failures: 0.005, cpu: 2, latency: 1.25 } },
    );
  });

  it('POST …/rollout refuses what is no rollout, with its place', async () => {
    const cases: [body: unknown, status: number, code: string, pointer?: string][] = [
      [{}, 400, 'invalid_body', '/release'],
      [{ release: 0 }, 400, 'invalid_body', '/release'],
      [{ release: 2, steps: 'fast' }, 400, 'invalid_body', '/steps'],
      [{ release: 2, steps: Array(21).fill(1) }, 400, 'invalid_body', '/steps'],
      [{ release: 2, holdSeconds: -1 }, 400, 'invalid_body', '/holdSeconds'],
      [{ release: 2, samples: 9 }, 400, 'invalid_body', '/samples'],
      [{ release: 2, samples: 10.5 }, 400, 'invalid_body', '/samples'],
      [{ release: 2, timeoutSeconds: 2_592_001 }, 400, 'invalid_body', '/timeoutSeconds'],
      [{ release: 2, margins: { cpu: 0.9 } }, 400, 'invalid_body', '/margins/cpu'],
      [{ release: 2, margins: { memory: 1 } }, 400, 'invalid_body', '/margins/memory'],
      [{ release: 2, extra: 1 }, 400, 'invalid_body', '/extra'],
      [{ release: 2, steps: [100] }, 422, 'invalid_rollout', '/steps'],
      [{ release: 2, steps: [10, 10, 100] }, 422, 'invalid_rollout', '/steps/1'],
      [{ release: 2, steps: [0, 100] }, 422, 'invalid_rollout', '/steps/0'],
      [{ release: 2, steps: [0.015, 100] }, 422, 'invalid_rollout', '/steps/0'],
      [{ release: 2, steps: [1, 99] }, 422, 'invalid_rollout', '/steps/1'],
      [{ release: 2, holdSeconds: 60, timeoutSeconds: 60 }, 422, 'invalid_rollout', '/timeoutSeconds'],
      [{ release: 1 }, 422, 'invalid_rollout', '/release'],
      [{ release: 7 }, 404, 'no_such_release'],
    ];
    for (const [body, status, code, pointer] of cases) {
      const { status: got, json } = await post('rollout', body);
      assert.deepEqual([got, json.code, json.pointer], [status, code, pointer], JSON.stringify(body));
    }
    assert.equal((await host.ask('GET', `${path}/deployments`)).json.deployments.length, 2);
    assert.deepEqual((await host.ask('GET', `${path}/rollouts`)).json.rollouts, []);
  });

  it('its changes are held to If-Match, and each is answered with how it is then', async () => {
    assert.equal((await post('rollout', { release: 2 }, { 'if-match': '"1"' })).json.code, 'precondition_failed');
    assert.equal((await post('rollout', { release: 2 }, { 'if-match': '"2"' })).status, 201);
    assert.equal((await post('rollout', { release: 2 })).json.code, 'rollout_under_way');
    for (const [change, state, percentage] of [
      ['pause', 'paused', 1],
      ['promote', 'paused', 10],
      ['resume', 'running', 10],
      ['abort', 'aborted', 10],
    ] as const) {
      const { etag } = (await host.ask('GET', `${path}/rollout`)).headers;
      assert.equal((await post(`rollout/${change}`, {}, { 'if-match': '"1"' })).status, 412);
      const { status, json } = await post(`rollout/${change}`, { message: 'by hand' }, { 'if-match': etag as string });
      assert.deepEqual([status, json.rollout.state, json.rollout.percentage], [200, state, percentage]);
      assert.equal(json.rollout.decisions.at(-1).reason, 'by hand');
    }
    assert.equal((await post('rollout/abort', {})).json.code, 'rollout_over');
    assert.equal((await post('rollout/pause', { x: 1 })).json.pointer, '/x');
    const { decisions, endedAt } = (await host.ask('GET', `${path}/rollouts`)).json.rollouts[0];
    assert.deepEqual(
      decisions.map((one: { decision: string }) => one.decision),
      ['started', 'paused', 'promoted', 'resumed', 'aborted'],
    );
    assert.ok(Date.parse(endedAt) > 0);
  });

  it('says where there is no rollout, and no plugin', async () => {
    assert.equal((await host.ask('GET', `${path}/rollout`)).json.code, 'no_rollout');
    assert.equal((await post('rollout/pause', {})).json.code, 'no_rollout');
    for (const what of ['rollout', 'rollouts']) {
      assert.equal((await host.ask('GET', `/v1/plugins/demo/hello/nobody/${what}`)).json.code, 'no_such_plugin');
    }
  });
});
