/** GET /openapi.json and GET /docs…: open to everybody, and closed to scripts. */

import assert from 'node:assert/strict';
import { AdminHost } from './admin-host.ts';

describe('the documents of the admin port', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());

  it('take no token', async () => {
    const api = await host.ask('GET', '/openapi.json', { token: false });
    assert.deepEqual([api.status, api.json.openapi], [200, '3.1.0']);
    for (const path of [
      '/docs',
      '/docs/authors',
      '/docs/api',
      '/docs/errors',
      '/docs/docs.css',
      '/docs/push.svg',
      '/docs/icon.svg',
      '/docs?q=limits',
    ]) {
      const { status, text } = await host.ask('GET', path, { token: false });
      assert.equal(status, 200, path);
      assert.ok(text.length > 200, path);
    }
    assert.equal((await host.ask('GET', '/docs/nothing', { token: false })).json.code, 'not_found');
  });

  it('have a policy that runs and loads nothing else', async () => {
    const { headers } = await host.ask('GET', '/docs/authors');
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'self'; img-src 'self'/);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  it('are not sent again to whoever has them', async () => {
    const { headers } = await host.ask('GET', '/docs/authors');
    const again = await host.ask('GET', '/docs/authors', { headers: { 'if-none-match': `"x", ${headers['etag']}` } });
    assert.deepEqual([again.status, again.text], [304, '']);
  });

  it('are where problems lead to', async () => {
    const { headers } = await host.ask('GET', '/v1/plugins/a/b/c');
    assert.equal(headers['link'], '</docs/errors#no_such_plugin>; rel="help"');
  });
});
