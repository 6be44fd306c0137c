/** Bad input of every kind: a problem with a stable code, and the host stays up. */

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { type Problem, RunningHost, token } from '../support/running-host.ts';

const path = '/v1/plugins/demo/bad/input';
const good = { source: 'export default () => 1' };

describe('bad input', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(async () => {
    assert.equal((await host.admin('GET', '/healthz')).status, 200);
    await host.close();
  });

  async function expect(answer: Response, status: number, code: string): Promise<Problem> {
    const problem = (await answer.json()) as Problem;
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.deepEqual([answer.status, problem.status, problem.code], [status, status, code], problem.detail);
    return problem;
  }

  it('malformed JSON', async () => expect(await host.admin('PUT', path, '{"source": '), 400, 'malformed_json'));

  it('an unknown field', async () => {
    const problem = await expect(await host.admin('PUT', path, { ...good, sauce: 1 }), 400, 'invalid_body');
    assert.equal(problem.pointer, '/sauce');
  });

  it('an unknown field of the manifest', async () => {
    const problem = await expect(await host.admin('PUT', path, { ...good, manifest: { limits: { cpu: 1 } } }), 422, 'invalid_manifest');
    assert.equal(problem.pointer, '/manifest/limits/cpu');
  });

  it('a limit above the ceiling', async () => {
    const problem = await expect(await host.admin('PUT', path, { ...good, manifest: { limits: { cpuMs: 1e6 } } }), 422, 'invalid_manifest');
    assert.equal(problem.pointer, '/manifest/limits/cpuMs');
  });

  for (const id of ['__proto__/b/c', 'a/b/__proto__', 'a/b/..%2f..', 'A/b/c', `a/b/${'x'.repeat(64)}`, 'a/b/%00']) {
    it(`the id ${id.slice(0, 20)}`, async () => expect(await host.admin('PUT', `/v1/plugins/${id}`, good), 400, 'invalid_plugin_id'));
  }

  it('an empty source', async () => expect(await host.admin('PUT', path, { source: ' \n' }), 422, 'invalid_source'));

  it('a body of 100 MB', async () => {
    // By hand: the answer comes while the body is still being sent, which fetch does not show.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${host.adminUrl}${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': 100_000_000 },
      });
      sending.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.write(Buffer.alloc(65_536, 'x'));
    });
    assert.equal(status, 413);
  });

  it('10⁵ nested parentheses', async () => {
    const source = `export default ${'('.repeat(1e5)}1${')'.repeat(1e5)}`;
    const problem = await expect(await host.admin('PUT', path, { source }), 422, 'invalid_source');
    assert.equal(problem.position?.file, 'index.ts');
  });

  it('an operator chain of 10⁵ links', async () => {
    const answer = await host.admin('PUT', path, { source: `export default 1${'+1'.repeat(1e5)}` });
    assert.equal(answer.status, 422);
  });

  it('no token', async () => {
    const answer = await host.admin('PUT', path, good, { authorization: '' });
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    await expect(answer, 401, 'unauthorized');
  });

  it('a wrong token', async () => expect(await host.admin('PUT', path, good, { authorization: 'Bearer nonsense' }), 401, 'unauthorized'));

  it('an import of what the host does not have', async () => {
    const answer = await host.admin('PUT', path, { source: "import x from 'left-pad';\nexport default () => x;" });
    const problem = await expect(answer, 422, 'type_errors');
    assert.match(problem.diagnostics?.[0]?.message ?? '', /left-pad/);
  });

  it('an import of a file outside the source', async () => {
    for (const name of ['../../../package.json', '/etc/passwd', 'file:///etc/passwd', 'node:fs']) {
      const answer = await host.put(
        'demo/bad/input',
        `import x from ${JSON.stringify(name)};\nexport default () => x as unknown;`,
        '?typecheck=warn',
      );
      const problem = await expect(answer, 422, 'bundle_failed');
      assert.ok(!JSON.stringify(problem).includes('root:'));
    }
  });

  it('traffic for no plugin', async () => {
    for (const where of ['', 'a', 'a/b', 'a/b/c', '__proto__/x/y', '%2e%2e/a/b']) {
      assert.equal((await host.problem(where)).code, 'no_such_plugin', where);
    }
  });
});
