/** docs/openapi.json: it is what the operations say, and they are those of the route table. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { errorCatalogue } from '../../../guards/errors.ts';
import { adminRoutes } from '../../../host/admin/server.ts';
import { operations } from '../../../host/api/operations.ts';
import { generated } from '../../../tools/docs.ts';
import { AdminHost } from '../admin/admin-host.ts';
import { noProvider } from '../admin/seeded-host.ts';

const root = join(import.meta.dirname, '../../..');

describe('docs', () => {
  for (const [file, text] of Object.entries(generated)) {
    it(`${file} is what the source says; npm run docs writes it`, () => {
      assert.ok(readFileSync(join(root, file), 'utf8') === text(), `${file} is another`);
    });
  }

  it('docs/openapi.json is a valid document', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(generated['docs/openapi.json']?.() ?? ''));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, '3.1');
  });
});

describe('the operations of the API', () => {
  it('are those of the route table', async () => {
    // Of a host that people log in to by a provider, whom nobody asks yet.
    const host = await AdminHost.start({ oidc: noProvider });
    const routes = adminRoutes(host.parts).map(({ handle: _, ...operation }) => operation);
    await host.close();
    const named = (list: readonly { readonly operation: string }[]) => list.map(({ operation }) => operation).sort();
    assert.deepEqual(named(routes), named(operations));
    for (const route of routes) {
      const same = operations.find(({ operation }) => operation === route.operation);
      assert.deepEqual(Object.entries(route), Object.entries(same ?? {}));
    }
  });

  it('have a name and a place each', () => {
    for (const of of [
      ({ operation }: (typeof operations)[number]) => operation,
      ({ method, pattern }: (typeof operations)[number]) => `${method} ${pattern}`,
    ]) {
      assert.equal(new Set(operations.map(of)).size, operations.length);
    }
  });

  it('have refusals of one status each, and name every code that they speak of', () => {
    for (const { operation, errors } of operations) {
      assert.equal(new Set(errors.map(({ status }) => status)).size, errors.length, operation);
      for (const { status, codes, says } of errors) {
        for (const code of codes) assert.equal(errorCatalogue[code].status, status, `${operation}: ${code}`);
        const spoken = [...says.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code]) => code).filter((code) => `${code}` in errorCatalogue);
        for (const code of spoken) assert.ok((codes as readonly unknown[]).includes(code), `${operation}: ${code}`);
      }
    }
  });

  it('that change something take If-Match, so that a change is made only to what was seen', () => {
    const free = operations
      .filter(({ access, method, isKept }) => method !== 'GET' && access !== 'read' && isKept !== false)
      .filter(({ headers }) => !headers.some(({ name }) => name === 'If-Match'))
      .map(({ operation }) => operation);
    assert.deepEqual(
      new Set(free),
      new Set([
        // A capsule, a preview, a token, once made, never changes; a session is whoever's who ends it.
        ...['keepFailure', 'dropFailure', 'endPreview', 'revokeToken'],
        // They make what was not.
        ...['makePreview', 'createToken', 'openSession'],
        // One plugin's deployment says nothing of the others'.
        'pushPlugins',
      ]),
    );
  });

  it('take a body or none by their method, and say what it is', () => {
    for (const { operation, method, body, what } of operations) {
      if (method === 'GET' || method === 'DELETE') assert.equal(body, undefined, operation);
      assert.equal(body === undefined, what === undefined, operation);
    }
  });
});
