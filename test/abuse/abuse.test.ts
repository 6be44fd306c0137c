/**
 * What a plugin can do to hurt others, case by case, against a running host with a neighbor under load: the plugin ends as
 * the case allows, its own next call is well, no call of the neighbor fails.
 */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';
import cases from './cases.json' with { type: 'json' };

/** `killed` is a timeout that only the watchdog can bring about: a caller sees no difference. */
type Outcome = 'ok' | 'error' | 'timeout' | 'killed' | 'memory';

interface Case {
  readonly id: string;
  readonly category: string;
  readonly accept: readonly string[];
  readonly code?: string;
  /** Texts, and how often each comes. */
  readonly repeated?: readonly (readonly [string, number])[];
  /** So many modules, each importing the next. */
  readonly modules?: number;
  /** Where its end shall not be that of a CPU limit. */
  readonly limits?: { readonly cpuMs: number; readonly deadlineMs: number };
}

const outcomes: Readonly<Record<string, Outcome>> = {
  cpu_exceeded: 'timeout',
  loop_budget_exceeded: 'timeout',
  deadline_exceeded: 'timeout',
  memory_exceeded: 'memory',
  plugin_error: 'error',
  response_too_large: 'error',
};

/** Else: a call that is well is answered within this; one that is not has ended before. */
const usualLimits = { deadlineMs: 500 };

const neighbor = 'abuse/neighbor/good';
/** Apart from each other whatever the answers take. */
const neighborMs = 5;

/** What must hold for an answer besides. */
const checks: Readonly<Record<string, (answer: Response, body: string, host: RunningHost) => void>> = {
  'esc-fn-ctor-process': (answer, body) => assert.ok(!answer.ok || body === 'undefinedundefined', body),
  'esc-hostfn-throw': (_answer, body) => assert.doesNotMatch(body, /\.ts\b.*host|node:|file:\/\//),
  'res-hop-by-hop': ({ headers }, body) => {
    assert.equal(body, 'x');
    assert.deepEqual([headers.get('transfer-encoding'), headers.get('content-length')], [null, '1']);
    assert.notEqual(headers.get('connection'), 'upgrade');
  },
  'res-proto-json': () => assert.equal(({} as { polluted?: unknown }).polluted, undefined),
  'log-ansi': (_answer, _body, host) => {
    for (const line of host.lines) for (const value of Object.values(line)) assert.doesNotMatch(String(value), /\p{Cc}|\u202e/u);
  },
  'log-flood': (_answer, _body, { lines }) => assert.ok(lines.length < 10_000, `${lines.length} lines`),
};

/** What is built on code from strings is run with it as well. */
const runs = (cases as readonly Case[]).flatMap((one): (readonly [Case, dynamicCode: boolean])[] =>
  /\beval\b|\bFunction\(|\.constructor\(/.test(one.code ?? '')
    ? [
        [one, false],
        [one, true],
      ]
    : [[one, false]],
);

/** The plugin's module behind one that is well when it is asked to be. */
const wrapper = `import * as all from './case.js';
const plugin = all.default;
export default {
  fetch(request, env, ctx) {
    if (request.url.endsWith('/good')) return new Response('good');
    return typeof plugin === 'function' ? plugin(request, env, ctx) : plugin.fetch(request, env, ctx);
  },
};`;

function filesOf({ category, code, repeated, modules }: Case): Record<string, string> {
  if (modules !== undefined) {
    const one = (n: number) => (n + 1 < modules ? `import './m${n + 1}.ts';` : 'export {};');
    const all = Array.from({ length: modules }, (_, n) => [`m${n}.ts`, one(n)]);
    return { 'index.ts': "import './m0.ts';\nexport default () => 1;", ...Object.fromEntries(all) };
  }
  const text = code ?? (repeated ?? []).map(([part, times]) => part.repeat(times)).join('');
  return category === 'source' ? { 'index.ts': text } : { 'index.js': wrapper, 'case.js': text };
}

describe('abuse', () => {
  let host: RunningHost;
  const asked: Promise<void>[] = [];
  const failed: string[] = [];
  let asking: NodeJS.Timeout;

  before(async () => {
    host = await RunningHost.start(['--dynamic-code', 'true']);
    await host.push(neighbor, 'export default (request: Request) => Response.json({ path: new URL(request.url).pathname })');
    asking = setInterval(() => {
      const path = `/${asked.length}`;
      const ask = async () => {
        const answer = await host.call(`${neighbor}${path}`);
        const body = await answer.text();
        if (answer.status !== 200 || body !== JSON.stringify({ path })) failed.push(`${answer.status} ${body}`);
      };
      asked.push(ask().catch((error: unknown) => void failed.push(String(error))));
    }, neighborMs);
  });
  after(async () => {
    clearInterval(asking);
    await Promise.all(asked);
    await host.close();
  });

  for (const [one, dynamicCode] of runs) {
    it(`${one.id} ends as ${one.accept.join(' or ')}${dynamicCode ? ', with code from strings' : ''}`, async () => {
      const plugin = `abuse/${one.category}/${one.id.toLowerCase()}${dynamicCode ? '-dynamic' : ''}`;
      const manifest = { limits: one.limits ?? usualLimits, dynamicCode };
      await host.push(plugin, { source: "export default () => new Response('good')", manifest });
      const pushed = await host.put(plugin, { files: filesOf(one), manifest });
      const text = await pushed.text();
      assert.ok(pushed.status === 201 || (pushed.status >= 400 && pushed.status < 500), `${pushed.status} ${text}`);
      const outcome = pushed.status === 201 ? await called(one, plugin) : refused(text);
      const accepted = one.accept.includes(outcome) || (outcome === 'timeout' && one.accept.includes('killed'));
      assert.ok(accepted, `it ended as ${outcome}: ${text.slice(0, 500)}`);
      const [good, body] = await askedAgain(`${plugin}/good`);
      if (one.category === 'source' && pushed.status === 201) assert.ok(good.ok, `${good.status} ${body}`);
      else assert.deepEqual([good.status, body], [200, 'good']);
    });
  }

  /** Where its executor was killed, another is started first, which takes some machines longer than a call may wait. */
  async function askedAgain(path: string): Promise<[Response, string]> {
    for (;;) {
      const answer = await host.call(path);
      const body = await answer.text();
      if (!body.includes('waited for an executor until its deadline')) return [answer, body];
    }
  }

  it('no call of the neighbor has failed', async () => {
    await Promise.all(asked);
    assert.ok(asked.length > 1_000, `${asked.length}`);
    assert.deepEqual(failed, []);
  });

  async function called(one: Case, plugin: string): Promise<Outcome> {
    const answer = await host.call(plugin);
    const body = await answer.text();
    checks[one.id]?.(answer, body, host);
    if (answer.headers.get('content-type') !== 'application/problem+json') return answer.ok ? 'ok' : 'error';
    const { code } = JSON.parse(body) as { code: string };
    const outcome = outcomes[code];
    assert.ok(outcome !== undefined, `it ended as ${code}`);
    return outcome;
  }

  /** A push that was refused: the author's fault, and told so. */
  function refused(text: string): Outcome {
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    return code === 'probe_failed' && /startupMs|loopBudget/.test(detail) ? 'timeout' : 'error';
  }
});
