/**
 * The host killed at random instants while it pushes, deploys, rolls back and publishes in bulk. What was acknowledged must be
 * there after the restart, and what was under way either whole or not at all. CRASH_RUNS says how often (8); 200 take some minutes.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostProcess } from '../support/host-process.ts';
import { token } from '../support/running-host.ts';

const runs = Number(process.env['CRASH_RUNS'] ?? 8);
const lone = ['demo/crash/a', 'demo/crash/b', 'demo/crash/c'];
const together = ['demo/crash/x', 'demo/crash/y'];

interface Share {
  readonly number: number;
  readonly percentage: number;
}

/** What a plugin's changes were answered with, by the numbers of the deployments; and of each release what its calls answer. */
class Acknowledged {
  readonly tables = new Map<number, readonly Share[]>();
  readonly answers = new Map<number, number>();
  last = 0;

  note(deployment: number, releases: readonly Share[]): void {
    this.tables.set(deployment, releases);
    this.last = Math.max(this.last, deployment);
  }
}

describe('a host that is killed at random instants', () => {
  let data: string;
  let host: HostProcess | undefined;
  const known = new Map([...lone, ...together].map((plugin) => [plugin, new Acknowledged()]));
  const of = (plugin: string) => known.get(plugin) as Acknowledged;
  let next = 1;

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'nbox-'));
  });
  after(async () => {
    await host?.stop('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  async function ask(running: HostProcess, method: string, path: string, body?: unknown) {
    const answer = await fetch(`${running.admin}${path}`, {
      ...{ method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: read by name
    return { status: answer.status, json: (await answer.json()) as any };
  }

  /** One change of a plugin by chance; throws where the host is gone. */
  async function change(running: HostProcess, plugin: string): Promise<void> {
    const mine = of(plugin);
    const path = `/v1/plugins/${plugin}`;
    const releases = [...mine.answers.keys()];
    const kind = releases.length < 2 ? 0 : Math.floor(Math.random() * 4);
    if (kind <= 1) {
      const n = next++;
      const query = kind === 1 ? '?percentage=10' : '';
      const { status, json } = await ask(running, 'PUT', `${path}${query}`, { source: `export default () => ${n};` });
      assert.equal(status, 201, JSON.stringify(json));
      mine.answers.set(json.release.number, n);
      mine.note(json.deployment, json.releases);
    } else if (kind === 2) {
      const [one, other] = [releases.at(-1), releases[Math.floor(Math.random() * (releases.length - 1))]];
      const shares = [
        { number: one, percentage: 60 },
        { number: other, percentage: 40 },
      ];
      const { status, json } = await ask(running, 'POST', `${path}/deployments`, { releases: shares });
      assert.ok(status === 201 || status === 200, JSON.stringify(json));
      mine.note(json.deployment.number, json.deployment.releases);
    } else {
      const { status, json } = await ask(running, 'POST', `${path}/rollback`, {});
      if (status === 409) return;
      assert.ok(status === 201 || status === 200, JSON.stringify(json));
      mine.note(json.deployment.number, json.deployment.releases);
    }
  }

  async function bulk(running: HostProcess): Promise<void> {
    const n = next++;
    const plugins = together.map((plugin) => ({ plugin, source: `export default () => ${n};` }));
    const { status, json } = await ask(running, 'POST', '/v1/plugins', { plugins });
    assert.equal(status, 201, JSON.stringify(json));
    for (const one of json.plugins) {
      of(one.plugin).answers.set(one.release.number, n);
      of(one.plugin).note(one.deployment, one.releases);
    }
  }

  /** Until the host is gone. */
  async function keep(work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        return;
      }
    }
  }

  /** @returns what the plugin's calls answer */
  async function check(running: HostProcess, plugin: string): Promise<Set<number>> {
    const mine = of(plugin);
    const { status, json } = await ask(running, 'GET', `/v1/plugins/${plugin}/deployments`);
    if (status === 404) {
      assert.equal(mine.last, 0, `${plugin} is gone`);
      return new Set();
    }
    const deployments = json.deployments as { number: number; releases: Share[]; replaced: number | null }[];
    const live = deployments[0]?.number ?? 0;
    assert.ok(live === mine.last || live === mine.last + 1, `${plugin}: acknowledged ${mine.last}, live ${live}`);
    assert.deepEqual(
      deployments.map(({ number, replaced }) => [number, replaced]),
      Array.from({ length: live }, (_, i) => [live - i, live - i === 1 ? null : live - i - 1]),
      `${plugin}: the history has a gap`,
    );
    for (const { number, releases } of deployments) {
      const acknowledged = mine.tables.get(number);
      if (acknowledged !== undefined)
        assert.deepEqual(
          releases,
          [...acknowledged].sort((a, b) => b.percentage - a.percentage),
        );
      mine.note(number, releases);
    }
    const answers = new Set<number>();
    for (const { number } of deployments[0]?.releases ?? []) {
      const { files } = (await ask(running, 'GET', `/v1/plugins/${plugin}/releases/${number}/source`)).json;
      const n = Number(/=> (\d+);/.exec(files['index.ts'])?.[1]);
      assert.equal(n, mine.answers.get(number) ?? n);
      mine.answers.set(number, n);
      const reply = await fetch(`${running.traffic}/${plugin}`, { headers: { 'nbox-release-override': String(number) } });
      assert.deepEqual([reply.status, reply.headers.get('nbox-release'), await reply.json()], [200, String(number), n]);
      answers.add(n);
    }
    return answers;
  }

  it(`has after each of ${runs} kills all that was acknowledged, nothing half done, and no gap in its history`, async function () {
    this.timeout(60_000 + runs * 10_000);
    for (let run = 0; run <= runs; run += 1) {
      host = await HostProcess.start(data);
      const running = host;
      for (const plugin of lone) await check(running, plugin);
      const [x, y] = [await check(running, 'demo/crash/x'), await check(running, 'demo/crash/y')];
      assert.deepEqual(x, y, 'half of a bulk push is live');
      if (run === runs) break;
      const working = Promise.all([...lone.map((plugin) => keep(() => change(running, plugin))), keep(() => bulk(running))]);
      // However slow the machine is, each plugin is there for the other kills.
      while (run === 0 && ![...known.values()].every(({ last }) => last > 0)) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 500));
      await running.stop('SIGKILL');
      await working;
    }
  });
});
