/** Generated requests of the admin API: each is answered, or refused by a code that says whose fault it is, and never the host's. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ErrorCode } from '../../guards/errors.ts';
import { type AdminRequest, adminRequests, eventful, pushed, rawAdminRequests } from './admin-requests.ts';
import { holds, seed } from './fuzz.ts';
import { FuzzedHost, problemCode } from './fuzzed-host.ts';
import { answers, isNodes } from './raw-answers.ts';
import { conversations } from './raw-requests.ts';

const kept = 'fuzz/kept/plugin';

/** How requests may be refused. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  ...(['unauthorized', 'host_not_allowed', 'not_found', 'method_not_allowed', 'unsupported_media_type', 'malformed_json'] as const),
  ...([
    'invalid_body',
    'invalid_query',
    'invalid_plugin_id',
    'no_such_plugin',
    'no_such_preview',
    'no_such_interface',
    'bad_request',
    'request_too_large',
  ] as const),
  ...(['editor_session_lost', 'editor_superseded'] as const),
  // What is wrong in them is often the token.
  ...(['too_many_guesses', 'csrf_refused', 'no_such_token', 'token_exists'] as const),
  ...(['no_such_budget', 'invalid_scope', 'usage_too_large', 'usage_not_kept'] as const),
  ...(['invalid_manifest', 'invalid_source', 'source_too_large', 'type_errors', 'bundle_failed', 'probe_failed'] as const),
]);

/** How a call of a generated plugin may end: some have limits within which nothing can be done. */
const outcomes: ReadonlySet<ErrorCode> = new Set([
  ...(['plugin_error', 'deadline_exceeded', 'cpu_exceeded', 'loop_budget_exceeded', 'memory_exceeded', 'response_too_large'] as const),
  ...(['overloaded', 'executor_lost', 'quarantined'] as const),
]);

describe('generated admin requests', () => {
  let host: FuzzedHost;
  const keep = async () => {
    await host.push(kept, "export default () => new Response('kept');");
    await host.push(
      eventful,
      `import { WorkerEntrypoint } from 'cloudflare:workers';
      export default { fetch() {}, queue() {}, scheduled() {}, ping: (input, env, ctx) => input };
      export class named extends WorkerEntrypoint { ping(x) { return x; } echo(...all) { return all; } fails() { throw 1; } }`,
    );
  };
  before(async () => {
    host = await FuzzedHost.start();
    await keep();
  });
  after(() => host.close());

  async function assertWell(): Promise<void> {
    const [listed, detail, called] = await Promise.all([
      host.admin('GET', '/v1/plugins'),
      host.admin('GET', `/v1/plugins/${kept}`),
      host.call(kept),
    ]);
    assert.deepEqual([listed.status, detail.status, called.status, called.body], [200, 200, 200, 'kept']);
    assert.ok(JSON.parse(listed.body).plugins.some(({ plugin }: { plugin: string }) => plugin === kept));
    host.assertWell();
  }

  function assertAnswer(answer: { status: number; headers: Headers; body: string }, calls: boolean): void {
    if (answer.status < 300 || isNodes(answer)) return;
    const code = problemCode(answer);
    const expected = code !== undefined && (refusals.has(code) || (calls && outcomes.has(code)));
    assert.ok(expected, `${answer.status} ${answer.body}`);
    assert.ok(answer.body.length < 20_000, `an answer of ${answer.body.length} characters`);
  }

  it(`as bytes are refused without a failure (FUZZ_SEED=${seed})`, async function () {
    await holds(
      this,
      300,
      fc.asyncProperty(conversations(rawAdminRequests), async (conversation) => {
        await host.revive();
        for (const answer of await answers(host.adminPort, conversation)) {
          // HEAD's has no body.
          if (answer.body === '') assert.ok(answer.status < 500, `${answer.status}`);
          else assertAnswer(answer, false);
        }
        await assertWell();
      }),
    );
  });

  it(`near its schemas are answered or refused (FUZZ_SEED=${seed})`, async function () {
    await holds(
      this,
      150,
      fc.asyncProperty(fc.array(adminRequests, { minLength: 1, maxLength: 4 }), fc.boolean(), async (requests, atOnce) => {
        if (await host.revive()) await keep();
        const asked: Promise<void>[] = [];
        for (const request of requests) {
          asked.push(ask(request));
          if (!atOnce) await asked.at(-1);
        }
        await Promise.all(asked);
        await assertWell();
      }),
    );
  });

  async function ask({ method, path, body }: AdminRequest): Promise<void> {
    const bytes = method === 'GET' ? undefined : Buffer.from(body, 'latin1');
    const [answer, called] = await Promise.all([host.admin(method, path, bytes), host.call(pushed)]);
    assertAnswer(answer, path.endsWith('/invocations'));
    assertAnswer(called, true);
  }
});
