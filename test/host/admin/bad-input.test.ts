/** What strangers and clumsy clients send to the admin API: each is answered by a problem with a stable code. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { bodyLimitBytes } from '../../../host/admin/body.ts';
import { AdminHost, type Answer, token } from './admin-host.ts';

const path = '/v1/plugins/demo/hello/world';
const json = { 'content-type': 'application/json' };
const good = '{"source":"x"}';

function* chunks(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536, 'x');
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

describe('the admin API, given bad input', () => {
  let host: AdminHost;
  before(async () => {
    host = await AdminHost.start();
  });
  after(() => host.close());
  afterEach('answers on', async () => {
    assert.equal((await host.ask('GET', '/v1/plugins')).status, 200);
    assert.equal(host.registry.size, 0);
  });

  function assertProblem(answer: Answer, status: number, code: string): void {
    assert.deepEqual([answer.status, answer.json?.code, answer.json?.status], [status, code, status], answer.text);
    assert.match(answer.headers['content-type'] as string, /^application\/problem\+json/);
    assert.equal(answer.json.type, `urn:nbox:error:${code}`);
    assert.ok(answer.json.title.length > 0 && answer.json.detail.length > 0);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }

  const deep = (depth: number) => '['.repeat(depth);
  const bodies: [name: string, body: string | Buffer, status: number, code: string, pointer?: string][] = [
    ['no JSON', 'hello', 400, 'malformed_json'],
    ['an empty body', '', 400, 'malformed_json'],
    ['half of an object', '{"source":"x"', 400, 'malformed_json'],
    ['two values', '{"source":"x"}{}', 400, 'malformed_json'],
    ['what is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'malformed_json'],
    ['10^6 nested [', deep(1_000_000), 400, 'malformed_json'],
    ['10^6 nested {"a":', '{"a":'.repeat(1_000_000), 400, 'malformed_json'],
    ['nesting inside a field', `{"source":${deep(100_000)}${']'.repeat(100_000)}}`, 400, 'malformed_json'],
    ['an array', '[]', 400, 'invalid_body', ''],
    ['null', 'null', 400, 'invalid_body', ''],
    ['nothing in it', '{}', 400, 'invalid_body', ''],
    ['both source and files', '{"source":"x","files":{"index.ts":"x"}}', 400, 'invalid_body', ''],
    ['an unknown field', '{"source":"x","colour":"red"}', 400, 'invalid_body', '/colour'],
    ['a field __proto__', '{"source":"x","__proto__":{"a":1}}', 400, 'invalid_body', '/__proto__'],
    ['a source that is a number', '{"source":1}', 400, 'invalid_body', '/source'],
    ['files that are a list', '{"files":["x"]}', 400, 'invalid_body', '/files'],
    ['a file that is a number', '{"files":{"a/b.ts":1}}', 400, 'invalid_body', '/files/a~1b.ts'],
    ['a manifest that is a text', '{"source":"x","manifest":"y"}', 400, 'invalid_body', '/manifest'],
    ['a manifest beside nbox.json', '{"files":{"index.ts":"x","nbox.json":"{}"},"manifest":{}}', 400, 'invalid_body', '/manifest'],
    ['a manifest with an unknown field', '{"source":"x","manifest":{"colour":1}}', 422, 'invalid_manifest', '/manifest/colour'],
    ['a manifest with __proto__', '{"source":"x","manifest":{"__proto__":1}}', 422, 'invalid_manifest', '/manifest/__proto__'],
    ['an empty source', '{"source":""}', 422, 'invalid_source', '/source'],
    ['no files', '{"files":{}}', 422, 'invalid_source', '/files'],
    ['a file called __proto__', '{"files":{"__proto__":"x"}}', 422, 'invalid_source', '/files/__proto__'],
    ['a file outside', '{"files":{"../index.ts":"x"}}', 422, 'invalid_source', '/files/..~1index.ts'],
    ['a lone surrogate', '{"source":"\\ud800"}', 422, 'invalid_source', '/source'],
    ['a source of 5 MB', JSON.stringify({ source: 'x'.repeat(5_000_000) }), 413, 'source_too_large', '/source'],
  ];
  for (const [name, body, status, code, pointer] of bodies) {
    it(`PUT of ${name} → ${status} ${code}`, async () => {
      const answer = await host.ask('PUT', path, { headers: json, body });
      assertProblem(answer, status, code);
      if (pointer !== undefined) assert.equal(answer.json.pointer, pointer);
    });
  }

  const domains = [
    '__proto__',
    'constructor_',
    '..',
    '..%2f..',
    '%2e%2e',
    '%2e%2e%2f',
    'Demo',
    'd%00',
    'd%20',
    'd%25',
    'a'.repeat(64),
    '%C3%A9',
    '%E2%80%AEa',
    '*',
  ];
  for (const domain of domains) {
    for (const method of ['PUT', 'GET', 'DELETE'] as const) {
      it(`${method} /v1/plugins/${domain}/hello/world → 400 invalid_plugin_id`, async () => {
        const answer = await host.ask(method, `/v1/plugins/${domain}/hello/world`, method === 'PUT' ? { headers: json, body: good } : {});
        assertProblem(answer, 400, 'invalid_plugin_id');
      });
    }
  }

  const paths: [method: string, path: string, status: number, code: string][] = [
    ['GET', '/v1/plugins/%/a/b', 400, 'bad_request'],
    ['GET', '/v1/plugins/%ff/a/b', 400, 'bad_request'],
    ['GET', '/', 404, 'not_found'],
    ['GET', '//v1/plugins', 404, 'not_found'],
    ['GET', '/v1/plugins/', 404, 'not_found'],
    ['GET', '/v1/plugins/a/b', 404, 'not_found'],
    ['GET', '/v1/plugins//a/b', 404, 'not_found'],
    ['GET', '/v1/plugins/a/b/c/', 404, 'not_found'],
    ['GET', '/v1%2fplugins', 404, 'not_found'],
    ['GET', '/v1/./plugins', 404, 'not_found'],
    ['GET', '/healthz/../v1/plugins', 404, 'not_found'],
    ['GET', 'http://', 421, 'host_not_allowed'],
    ['PUT', '/v1/plugins', 405, 'method_not_allowed'],
    ['PATCH', path, 405, 'method_not_allowed'],
    ['OPTIONS', path, 405, 'method_not_allowed'],
    ['DELETE', '/healthz', 405, 'method_not_allowed'],
    ['PUT', `${path}?typecheck=loose`, 400, 'invalid_query'],
    ['PUT', `${path}?typecheck=`, 400, 'invalid_query'],
    ['PUT', `${path}?typecheck=warn&typecheck=strict`, 400, 'invalid_query'],
    ['PUT', `${path}?typcheck=warn`, 400, 'invalid_query'],
    ['GET', '/v1/plugins?__proto__=1', 400, 'invalid_query'],
    ['GET', '/v1/plugins?%ff=%', 400, 'invalid_query'],
  ];
  for (const [method, at, status, code] of paths) {
    it(`${method} ${at} → ${status} ${code}`, async () => {
      const answer = await host.ask(method, at, method === 'PUT' ? { headers: json, body: good } : {});
      assertProblem(answer, status, code);
      if (status === 405) assert.match(answer.headers['allow'] as string, /^[A-Z]+(, [A-Z]+)*$/);
    });
  }

  for (const [name, ask, status, code] of [
    ['no token', { token: false }, 401, 'unauthorized'],
    ['a wrong token', { token: 'a-token-for-the-tesTs' }, 401, 'unauthorized'],
    ['an empty token', { token: '' }, 401, 'unauthorized'],
    ['a very long token', { token: 'x'.repeat(8_000) }, 401, 'unauthorized'],
    ['another scheme', { token: false, headers: { authorization: 'Basic YTpi' } }, 401, 'unauthorized'],
    ['a wrong Host', { headers: { host: 'evil.example.com' } }, 421, 'host_not_allowed'],
    ['a Host that ends like ours', { headers: { host: 'evil-localhost' } }, 421, 'host_not_allowed'],
    ['a Host with a user', { headers: { host: 'localhost@evil.example.com' } }, 421, 'host_not_allowed'],
    ['a wrong Host and no token', { token: false, headers: { host: 'evil.example.com' } }, 421, 'host_not_allowed'],
    ['a gzip body', { headers: { 'content-encoding': 'gzip' }, body: gzipSync(good) }, 415, 'unsupported_media_type'],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'source=x' }, 400, 'malformed_json'],
    ['plain text', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
    ['something like JSON', { headers: { 'content-type': 'application/jsonp' } }, 415, 'unsupported_media_type'],
  ] as const) {
    it(`PUT with ${name} → ${status} ${code}`, async () => {
      const given: { token?: string | false; headers?: Record<string, string>; body?: string | Buffer } = ask;
      const answer = await host.ask('PUT', path, { body: good, ...given, headers: { ...json, ...given.headers } });
      assertProblem(answer, status, code);
      assert.equal(answer.headers['www-authenticate'], status === 401 ? 'Bearer' : undefined);
    });
  }

  it('PUT of JSON without a content type, or with the one of curl -d, is taken', async () => {
    for (const headers of [{}, { 'content-type': 'application/x-www-form-urlencoded' }]) {
      assertProblem(await host.ask('PUT', path, { headers, body: '{"source":""}' }), 422, 'invalid_source');
    }
  });

  it('PUT of JSON by another spelling is taken', async () => {
    const answer = await host.ask('PUT', path, {
      headers: { 'content-type': 'Application/JSON; charset=utf-8', 'content-encoding': 'identity' },
      body: '\ufeff{"source":""}',
    });
    assertProblem(answer, 422, 'invalid_source');
  });

  for (const bytes of [100_000_000, bodyLimitBytes + 1]) {
    it(`PUT of ${bytes} bytes, chunked → 413, without keeping them`, async () => {
      assertProblem(
        await host.ask('PUT', path, { headers: { ...json, 'transfer-encoding': 'chunked' }, body: chunks(bytes) }),
        413,
        'request_too_large',
      );
    });

    it(`PUT of ${bytes} bytes, announced → 413, and the client may send them all`, async () => {
      const length = Math.ceil(bytes / 65_536) * 65_536;
      assertProblem(
        await host.ask('PUT', path, { headers: { ...json, 'content-length': String(length) }, body: chunks(bytes) }),
        413,
        'request_too_large',
      );
    });
  }

  it('a 100 MB body by fetch, which reads when it has sent, sees the 413', async () => {
    const response = await fetch(`http://127.0.0.1:${host.port}${path}`, {
      ...{ method: 'PUT', body: Buffer.alloc(100_000_000, 'x') },
      headers: { ...json, authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 413);
    assert.equal(((await response.json()) as { code: string }).code, 'request_too_large');
  });

  it('a client that leaves in the middle of its body leaves nothing', async () => {
    const socket = connect(host.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `PUT ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"source"`,
    );
    socket.destroy();
    await once(socket, 'close');
  });

  it('a failure of the host → 500 internal_error without its text', async () => {
    const broken = await AdminHost.start();
    broken.totals.all = () => {
      throw new Error('secret path /etc/nbox');
    };
    const answer = await broken.ask('GET', '/v1/usage');
    await broken.close();
    assertProblem(answer, 500, 'internal_error');
    assert.doesNotMatch(answer.text, /secret/);
  });
});
