/** An AdminHost with one of everything that can be asked for. */

import { hourMs, hourOf } from '../../../host/hygiene/hourly-sums.ts';
import { divide } from '../../../host/meter/attribution/divide.ts';
import { summaryOf } from '../../../host/recording/capsule.ts';
import { pluginId } from '../../../loader/plugin-id.ts';
import { noteUse } from '../hygiene/note-use.ts';
import { said } from '../logs/said.ts';
import { AdminHost } from './admin-host.ts';

/** What the parameters of paths may be there. */
export interface Seeded {
  readonly host: AdminHost;
  /** The path of an operation, with what is there in the place of its parameters. */
  readonly at: (pattern: string, other?: Readonly<Record<string, string>>) => string;
}

/** One that nobody answers at. */
export const noProvider = {
  ...{ oidcIssuer: 'http://127.0.0.1:1', oidcClientId: 'nbox', oidcClientSecret: 'secret', oidcGroups: [], oidcScope: 'openid' },
};

export async function seededHost(): Promise<Seeded> {
  const host = await AdminHost.start({ oidc: noProvider });
  await host.push({ source: 'one' });
  await host.push({ source: 'two', message: 'why' });
  const { preview } = (await host.preview({ source: 'draft' })).json;
  await host.ask('POST', '/v1/plugins/demo/hello/world/rollout', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ release: 1 }),
  });
  const { json: made } = await host.ask('POST', '/v1/tokens', { body: JSON.stringify({ name: 'ci', scope: 'read', reach: 'demo' }) });
  for (const scope of ['demo', 'demo/hello', 'demo/hello/world']) {
    await host.ask('PUT', `/v1/budgets/${scope}`, { body: JSON.stringify({ window: '1m', calls: 1 }) });
  }
  host.budgets.of('demo/hello/world')?.take(host.budgets.now());
  seedHygiene(host);
  host.breakerOf('demo/hello/world').kill(0);
  await keepFailure(host);
  const parts = { ingress: 1, executors: 1, builder: 1 };
  const bookings = { plugins: new Map([['demo/hello/world', { callsUs: 1, pushesUs: 1 }]]), parts };
  host.account.divided(divide({ from: 0, to: 1, lengthMs: 1 }, bookings, { plugins: new Map(), parts, totalBytes: 3 }, 6));
  host.logs.write('demo/hello/world', said('hello'));
  host.logs.write('demo/hello/world', { kind: 'dropped', lines: 3 });
  return {
    host,
    at: (pattern, other = {}) => {
      const id = pattern.includes('/previews/') ? preview.id : pattern.includes('/tokens/') ? made.id : 'kept';
      const values: Readonly<Record<string, string>> = {
        domain: 'demo',
        group: 'hello',
        name: 'world',
        number: '2',
        lane: 'standard',
        page: 'errors',
        id,
        ...other,
      };
      return pattern.replace(/:(\w+)/g, (_, name: string) => values[name] as string);
    },
  };
}

/** A row of each kind. */
function seedHygiene(host: AdminHost): void {
  host.uses.look();
  noteUse(host.uses, { plugin: 'demo/hello/world', interface: 'fetch', startedAt: host.now, caller: 'header:shop' });
  host.now += 40 * 24 * hourMs;
  const hour = hourOf(host.now) - hourMs;
  host.hours = Array.from({ length: 10 }, (_, i) => ({
    ...{ plugin: 'demo/hello/world', release: i < 3 ? 2 : 1, hour: hour - i * 24 * hourMs },
    ...{ calls: i === 0 ? 50_000 : 1_000, cpuUs: i < 3 ? 5_000_000 : 100_000 },
  }));
}

async function keepFailure(host: AdminHost): Promise<void> {
  const failure = { code: 'plugin_error' as const, detail: 'no', position: { file: 'index.ts', line: 1, column: 1 } };
  const recording = {
    ...{ interface: 'fetch', head: 'GET\nhttp://a/', body: null, streams: false, messages: 0, at: 1, outcome: failure.code },
    ...{ ops: [], tape: null, cut: false, redacted: [] },
  };
  const capsule = { plugin: pluginId('demo', 'hello', 'world'), id: 'kept', release: 2, keptAt: 2, actor: 'someone', message: 'why' };
  const summary = JSON.stringify(summaryOf({ failure, recording }));
  await host.store.keepCapsule({ ...capsule, summary }, JSON.stringify({ failure, recording }));
}
