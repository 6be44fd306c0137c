/** host/admin/security-headers.ts, over HTTP: whatever is answered. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

describe('every answer of the admin API', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());

  for (const [title, method, path, token] of [
    ['data', 'GET', '/v1/plugins', undefined],
    ['a refusal', 'GET', '/v1/plugins', false],
    ['nothing', 'GET', '/nowhere', undefined],
    ['a probe', 'GET', '/healthz', false],
    ['a method that is none', 'PATCH', '/v1/plugins', undefined],
  ] as const) {
    it(`has browsers load from here alone, frame nothing and keep nothing: ${title}`, async () => {
      const { headers } = await host.ask(method, path, token === undefined ? {} : { token });
      const policy = (headers['content-security-policy'] as string).split('; ');
      assert.ok(policy.includes("default-src 'self'") && policy.includes("frame-ancestors 'none'"), policy.join());
      assert.ok(!policy.join().includes('unsafe'));
      assert.deepEqual(
        ['x-content-type-options', 'x-frame-options', 'referrer-policy', 'cache-control', 'cross-origin-opener-policy'].map(
          (name) => headers[name],
        ),
        ['nosniff', 'DENY', 'no-referrer', 'no-store', 'same-origin'],
      );
      assert.equal(headers['access-control-allow-origin'], undefined);
    });
  }
});
