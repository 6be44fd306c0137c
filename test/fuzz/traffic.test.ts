/** Generated traffic requests, sent as bytes, to a plugin that is well: no answer is a 5xx. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ErrorCode } from '../../guards/errors.ts';
import { holds, seed } from './fuzz.ts';
import { FuzzedHost, problemCode } from './fuzzed-host.ts';
import { answers } from './raw-answers.ts';
import { conversations, pathEnd, rawRequests } from './raw-requests.ts';

const plugin = 'fuzz/traffic/echo';

const echo = `export default async (request) => {
  const { method, url, headers } = request;
  const again = new URL(url);
  return Response.json({ method, url, same: again.href === url, headers: [...headers], bytes: (await request.bytes()).length });
};`;

/** What a caller can be told of its own request. */
const refusals: ReadonlySet<ErrorCode> = new Set(['no_such_plugin', 'no_such_preview', 'bad_request', 'request_too_large']);

const target = fc.oneof(
  { weight: 8, arbitrary: pathEnd.map((end) => `/${plugin}${end}`) },
  { weight: 1, arbitrary: pathEnd.map((end) => `http://a.example:8080/${plugin}${end}`) },
  { weight: 1, arbitrary: pathEnd },
);
const body = fc.constantFrom('--x\r\n\r\n', '[1]');
const conversation = conversations(rawRequests(target, [], body));
const limits = { requestBytes: 100_000, deadlineMs: 20_000, cpuMs: 5_000 };

describe('generated traffic requests', () => {
  let host: FuzzedHost;
  before(async () => {
    host = await FuzzedHost.start();
    await host.push(plugin, echo, { limits });
  });
  after(() => host.close());

  it(`are answered by the plugin or refused by a code of the caller’s (FUZZ_SEED=${seed})`, async function () {
    await holds(
      this,
      400,
      fc.asyncProperty(conversation, async (one) => {
        await host.revive();
        for (const answer of await answers(host.trafficPort, one)) {
          const { status, headers, body } = answer;
          if (headers.get('content-type') === 'application/problem+json') {
            // HEAD's has no body.
            if (body === '') assert.ok(status < 500, `${status}`);
            else assert.ok(refusals.has(problemCode(answer) as ErrorCode), body);
          } else {
            assert.deepEqual([status, headers.has('nbox-release')], [200, true], body);
            if (body !== '') assert.equal(JSON.parse(body).same, true, body);
          }
        }
        await assertWell();
      }),
    );
  });

  it(`for a preview are answered by it, without its token, or refused (FUZZ_SEED=${seed})`, async function () {
    const source = { files: { 'index.js': echo }, manifest: { limits } };
    const made = await host.admin('POST', `/v1/plugins/${plugin}/previews`, source);
    const { id, token } = JSON.parse(made.body).preview as { id: string; token: string };
    const at = pathEnd.map((end) => `/~preview/${id}${end}`);
    const withToken = at.map((path) => `${path}${path.includes('?') ? '&' : '?'}nbox-preview-token=${token}`);
    const header = `nbox-preview-token: ${token}`;
    const cookie = `Cookie: a=1; nbox-preview-token=${token}`;
    const requests = [rawRequests(at, [header], body), rawRequests(at, [cookie], body), rawRequests(withToken, [], body)];
    await holds(
      this,
      200,
      fc.asyncProperty(conversations(fc.oneof(...requests)), async (one) => {
        for (const answer of await answers(host.trafficPort, one)) {
          const { status, headers, body } = answer;
          if (headers.get('nbox-preview') === null || headers.get('content-type') === 'application/problem+json') {
            if (body === '') assert.ok(status < 500, `${status}`);
            else assert.ok(refusals.has(problemCode(answer) as ErrorCode), body);
          } else if (status === 303) {
            assert.ok(headers.get('location')?.startsWith(`/~preview/${id}/`) && !headers.get('location')?.includes(token));
          } else {
            assert.deepEqual([status, headers.get('nbox-preview'), headers.has('nbox-release')], [200, id, false], body);
            assert.ok(!body.includes(token), body);
          }
        }
        await assertWell();
      }),
    );
  });

  async function assertWell(): Promise<void> {
    const well = await host.call(`${plugin}/well?`);
    assert.equal(well.status, 200, well.body);
    assert.match(JSON.parse(well.body).url, /\/well\?$/);
    host.assertWell();
  }
});
