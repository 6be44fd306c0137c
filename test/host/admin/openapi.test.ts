/** docs/openapi.yaml: it says what the route table does, no more and no less. */

// biome-ignore-all lint/suspicious/noExplicitAny: a document is walked by name

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { errorCatalogue } from '../../../guards/errors.ts';
import { adminRoutes } from '../../../host/admin/server.ts';
import { hourMs, hourOf } from '../../../host/hygiene/hourly-sums.ts';
import { divide } from '../../../host/meter/attribution/divide.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import { summaryOf } from '../../../host/recording/capsule.ts';
import { pluginId } from '../../../loader/plugin-id.ts';
import { said } from '../logs/said.ts';
import { AdminHost } from './admin-host.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/openapi.yaml'), 'utf8');
const document = load(text) as any;

const methods = ['get', 'put', 'post', 'delete', 'patch'];
const operations = Object.entries<Record<string, any>>(document.paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((key) => methods.includes(key))
    .map((method) => ({ method: method.toUpperCase(), path, item, operation: item[method] })),
);

function resolve(node: any): any {
  if (node?.$ref === undefined) return node;
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce((at: any, key: string) => at?.[key], document);
  assert.ok(found, node.$ref);
  return resolve(found);
}

describe('docs/openapi.yaml', () => {
  it('has every route, with its parameters and its access, and no other', async () => {
    const host = await AdminHost.start();
    const routes = adminRoutes(host.parts);
    await host.close();
    const fromTable = routes.map(({ method, pattern, query, access }) => ({
      ...{ method, path: pattern.replace(/:(\w+)/g, '{$1}'), query: [...query], open: access === 'none' },
      inPath: [...pattern.matchAll(/:(\w+)/g)].map(([, name]) => name as string),
    }));
    const fromDocument = operations.map(({ method, path, item, operation }) => {
      const parameters = [...(item['parameters'] ?? []), ...(operation.parameters ?? [])].map(resolve);
      const names = (where: string) => parameters.filter((one) => one.in === where).map(({ name }) => name as string);
      return { method, path, query: names('query'), open: operation.security?.length === 0, inPath: names('path') };
    });
    const sorted = <T extends { method: string; path: string }>(list: T[]) =>
      list.sort((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`));
    assert.deepEqual(sorted(fromDocument), sorted(fromTable));
  });

  it('refers to what it has, and names each operation once', () => {
    for (const [, ref] of text.matchAll(/\$ref: '([^']+)'/g)) resolve({ $ref: ref });
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('names codes that exist, under their status', () => {
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries<any>(operation.responses)) {
        for (const [, code = ''] of (resolve(response).description as string).matchAll(/`([a-z]+_[a-z_]+)`/g)) {
          const entry = errorCatalogue[code as keyof typeof errorCatalogue];
          assert.ok(entry, code);
          if (status !== 'default') assert.equal(entry.status, Number(status), code);
        }
      }
    }
  });

  it('describes the fields that answers have', async () => {
    const host = await AdminHost.start();
    await host.push({ source: 'one' });
    await host.push({ source: 'two', message: 'why' });
    const { preview } = (await host.preview({ source: 'draft' })).json;
    await host.ask('POST', '/v1/plugins/demo/hello/world/rollout', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ release: 1 }),
    });
    const body = JSON.stringify({ name: 'ci', scope: 'read', reach: 'demo' });
    const { json: made } = await host.ask('POST', '/v1/tokens', { body });
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
    for (const { method, path, operation } of operations.filter(({ method }) => method === 'GET')) {
      const at = path
        .replace('{domain}', 'demo')
        .replace('{group}', 'hello')
        .replace('{name}', 'world')
        .replace('{number}', '2')
        .replace('{lane}', 'standard')
        .replace('{id}', path.includes('/previews/') ? preview.id : path.includes('/tokens/') ? made.id : 'kept');
      const { content } = operation.responses['200'];
      // Such an answer has no end.
      const isStream = content['text/event-stream'] !== undefined;
      const { status, json, headers } = await host.ask(isStream ? 'HEAD' : method, at);
      assert.equal(status, 200, at);
      // An export is no JSON, and neither are metrics and events.
      if (content['application/json'] === undefined)
        assert.equal(content[(headers['content-type'] as string).split(';')[0] as string] !== undefined, true, at);
      else assertDescribed(json, content['application/json'].schema, at);
    }
    const problem = (await host.ask('GET', '/nowhere')).json;
    assertDescribed(problem, document.components.schemas.Problem, 'problem');
    await host.close();
  });
});

/** A row of each kind. */
function seedHygiene(host: AdminHost): void {
  host.uses.look();
  const record = { plugin: 'demo/hello/world', interface: 'fetch', startedAt: host.now, caller: 'header:shop' };
  host.uses.record(record as UsageRecord);
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

/** Every field is described, and every required one is there. */
function assertDescribed(value: any, schema: any, at: string): void {
  const ways: any[] = resolve(schema).anyOf ?? [];
  if (ways.length > 0) {
    const faults = ways.map((way) => faultOf(() => assertDescribed(value, way, at)));
    if (!faults.includes(undefined)) throw faults[0];
    return;
  }
  const parts = [resolve(schema), ...(resolve(schema).allOf ?? []).map(resolve)];
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {}));
  const open = parts.some((part) => part.additionalProperties !== undefined) || Object.keys(properties).length === 0;
  if (Array.isArray(value)) for (const [i, item] of value.entries()) assertDescribed(item, resolve(schema).items, `${at}/${i}`);
  else if (typeof value === 'object' && value !== null && !open) {
    for (const key of Object.keys(value)) assert.ok(properties[key], `${at}/${key} is not described`);
    for (const key of parts.flatMap((part) => part.required ?? [])) assert.ok(key in value, `${at}/${key} is missing`);
    for (const [key, item] of Object.entries(value)) assertDescribed(item, properties[key], `${at}/${key}`);
  }
}

function faultOf(check: () => void): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    return error;
  }
}
