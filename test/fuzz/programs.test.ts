/**
 * Generated hostile programs, pushed and called: whatever a plugin does, its callers get its reply or a code of the
 * catalogue, its neighbor answers, and the next push mends it.
 */

import assert from 'node:assert/strict';
import { parse } from 'acorn';
import fc from 'fast-check';
import type { ErrorCode } from '../../guards/errors.ts';
import { holds, seed } from './fuzz.ts';
import { type Answer, FuzzedHost, problemCode } from './fuzzed-host.ts';
import { grammar, type HostileCall, type HostileProgram, hostileCalls, hostileProgram } from './hostile-programs.ts';
import { statements } from './hostile-statements.ts';

const plugin = 'fuzz/programs/hostile';
const neighbor = 'fuzz/programs/neighbor';
const well = "export default () => new Response('well');";

/** Tells what it finds in its sandbox, which others' sandboxes share an engine with, one after another. */
const seesNoTraces = `export default async () => {
  const names = Object.getOwnPropertyNames(globalThis);
  const own = [Object, Array, Promise, Function, Response].map(({ prototype }) => Reflect.ownKeys(prototype).length);
  return { names, own, inherited: Object.keys(Object.prototype), json: JSON.stringify([...'ab'].map((x) => x + 1)), waits: await Promise.resolve(1) };
};`;

/** How a push of a program may be refused. */
const refusals: ReadonlySet<ErrorCode> = new Set(['bundle_failed', 'invalid_source', 'probe_failed', 'type_errors']);

/** Executors that are lost are replaced in the time that a busy machine takes: who is well may have to wait for one. */
const patient = { limits: { deadlineMs: 20_000, cpuMs: 2_000 } };

const mostAttempts = 10;

/** How a call of a plugin may end. */
const outcomes: ReadonlySet<ErrorCode> = new Set([
  ...(['plugin_error', 'deadline_exceeded', 'cpu_exceeded', 'loop_budget_exceeded', 'memory_exceeded'] as const),
  ...(['response_too_large', 'request_too_large', 'overloaded', 'executor_lost', 'quarantined', 'no_such_interface'] as const),
]);

/** The release that a push has made or found. */
function numberOf({ status, body }: Answer): string {
  assert.ok(status === 200 || status === 201, body);
  return String((JSON.parse(body) as { release: { number: number } }).release.number);
}

describe('generated hostile programs', () => {
  let host: FuzzedHost;
  let untouched: string;
  before(async () => {
    host = await FuzzedHost.start();
    await host.push(neighbor, seesNoTraces, patient);
    untouched = (await host.call(neighbor)).body;
  });
  after(() => host.close());

  it('are made of JavaScript', () => {
    for (const code of [...statements, ...grammar]) {
      assert.doesNotThrow(() => parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), code);
    }
  });

  it(`harm nobody (FUZZ_SEED=${seed})`, async function () {
    await holds(
      this,
      25,
      fc.asyncProperty(hostileProgram, hostileCalls, async (program, rounds) => {
        await host.revive();
        await harmless(program, rounds);
        host.assertWell();
      }),
    );
  });

  async function harmless({ file, source, ...manifest }: HostileProgram, rounds: readonly (readonly HostileCall[])[]): Promise<void> {
    const before = await push({ 'index.js': well }, patient);
    const pushed = await push({ [file]: source }, manifest);
    if (pushed.status !== 201) {
      const code = problemCode(pushed);
      assert.ok(code !== undefined && refusals.has(code), `the push: ${pushed.status} ${pushed.body}`);
    }
    const release = numberOf(pushed.status === 201 ? pushed : before);
    for (const calls of rounds) {
      await Promise.all([...calls.map((call) => called(call, release)), neighborAnswers()]);
      await neighborAnswers();
    }
    const mended = await push({ 'index.js': well }, patient);
    const answer = await host.call(plugin);
    assert.deepEqual([answer.status, answer.body, answer.headers.get('nbox-release')], [200, 'well', numberOf(mended)], mended.body);
  }

  /** Where the executors were lost a moment ago, a push is refused while none is ready; a call waits for one. */
  async function push(files: Record<string, string>, manifest: object): Promise<Answer> {
    for (let left = mostAttempts; ; left -= 1) {
      const answer = await host.admin('PUT', `/v1/plugins/${plugin}?typecheck=warn`, { files, manifest });
      if (left === 0 || problemCode(answer) !== 'publish_failed') return answer;
      await neighborAnswers();
    }
  }

  async function called(call: HostileCall, release: string): Promise<void> {
    if (call.kind === 'event') {
      const answer = await host.admin('POST', `/v1/plugins/${plugin}/invocations`, call.body);
      if (answer.status !== 200) assertOutcome(answer);
      return;
    }
    const { method, headers, body, bytes } = call.init;
    const init = { method, headers, ...(body === undefined ? {} : { body: body.padEnd(bytes ?? 0, 'x') }) };
    if (call.leaves) {
      await host.leave(`${plugin}${call.path}`, init);
      return;
    }
    const answer = await host.call(`${plugin}${call.path}`, init);
    assert.equal(answer.headers.get('nbox-release'), release);
    // Only what has no length can break off.
    if (answer.cut) assert.equal(answer.headers.get('content-length'), null);
    if (method === 'HEAD' || problemCode(answer) === undefined) return;
    assertOutcome(answer);
  }

  function assertOutcome(answer: Answer): void {
    const code = problemCode(answer);
    assert.ok(code !== undefined && outcomes.has(code), `${answer.status} ${answer.body}`);
  }

  async function neighborAnswers(): Promise<void> {
    const { status, body } = await host.call(neighbor);
    assert.deepEqual([status, body], [200, untouched]);
  }
});
