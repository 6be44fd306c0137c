/** Every operation of the document, asked without a token and with what no caller should send: a catalogued problem, never a failure of the host. */

// biome-ignore-all lint/suspicious/noExplicitAny: a document is walked by name

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogue } from '../../../guards/errors.ts';
import { allows, type Scope, scopes } from '../../../host/access/scope.ts';
import type { Answer } from '../admin/admin-host.ts';
import { type Seeded, seededHost } from '../admin/seeded-host.ts';
import { hostileBodies, hostileSegments, hostileText, spoiled } from './hostile-input.ts';

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8'));

interface Documented {
  readonly method: string;
  /** With `:name` for `{name}`. */
  readonly pattern: string;
  readonly isOpen: boolean;
  /** That the token must have; `undefined` where it takes none. */
  readonly scope: Scope | undefined;
  readonly of: string | undefined;
  readonly parameters: readonly any[];
  readonly body: any;
  readonly isStream: boolean;
}

const parameterOf = (one: any) => (one.$ref === undefined ? one : document.components.parameters[one.$ref.split('/').at(-1)]);

const operations: readonly Documented[] = Object.entries<any>(document.paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(([method, { parameters = [], requestBody, security, responses, 'x-nbox-of': of }]) => ({
    method: method.toUpperCase(),
    pattern: path.replace(/\{(\w+)\}/g, ':$1'),
    isOpen: security.length === 0,
    scope: security[0]?.token[0],
    of,
    parameters: parameters.map(parameterOf),
    body: requestBody?.content['application/json'].schema,
    isStream: responses['200']?.content?.['text/event-stream'] !== undefined && responses['200'].content['application/json'] === undefined,
  })),
);

async function tokenOf({ host }: Seeded, scope: Scope, reach: string): Promise<string> {
  const body = JSON.stringify({ name: `${scope}-of-the-walk`, scope, reach });
  return (await host.ask('POST', '/v1/tokens', { body })).json.token;
}

/** AdminHost has held it against the operation: a problem has a code that the operation says. */
function assertNoFailure(answer: Answer, asked: string): void {
  assert.notEqual(answer.status, 500, `${asked}\n${answer.text}`);
  if (answer.status < 400 || answer.json === undefined) return;
  assert.match(answer.headers['content-type'] ?? '', /^application\/problem\+json/, asked);
  assert.ok(answer.json.code in errorCatalogue, `${asked}\n${answer.text}`);
  assert.equal(Reflect.get(Object.prototype, 'polluted'), undefined, asked);
}

describe('every operation of docs/openapi.json', () => {
  let seeded: Seeded;
  beforeEach(async () => {
    seeded = await seededHost();
  });
  afterEach(() => seeded.host.close());

  it('is refused without a token, but for those that are open', async () => {
    for (const { method, pattern, isOpen } of operations) {
      const answer = await seeded.host.ask(method, seeded.at(pattern), { token: false });
      assert.equal(answer.status === 401, !isOpen, `${method} ${pattern}`);
      if (!isOpen) assert.equal(answer.json.code, 'unauthorized');
    }
  });

  it('is refused with too small a scope, and taken with the least that it names', async () => {
    const made = new Map<string, string>();
    for (const scope of scopes) made.set(scope, await tokenOf(seeded, scope, '*'));
    for (const { method, pattern, scope, isStream } of operations) {
      if (scope === undefined) continue;
      for (const [had, token] of made) {
        const { status, json } = await seeded.host.ask(isStream ? 'HEAD' : method, seeded.at(pattern), { token });
        const asked = `${method} ${pattern} with ${had}`;
        if (allows(had as Scope, scope)) assert.notEqual(status, 403, asked);
        else {
          assert.equal(status, 403, asked);
          if (!isStream) assert.equal(json.code, 'forbidden', asked);
        }
      }
    }
  });

  it('is refused with a reach elsewhere, and shows nothing of what is out of it', async () => {
    const token = await tokenOf(seeded, 'admin', 'demo/other');
    for (const { method, pattern, of, isStream, isOpen } of operations) {
      if (isOpen) continue;
      const { status, json, text } = await seeded.host.ask(isStream ? 'HEAD' : method, seeded.at(pattern), { token });
      const asked = `${method} ${pattern}`;
      if (of === 'reach') {
        assert.doesNotMatch(text, /demo\/hello/, asked);
        continue;
      }
      assert.equal(status, 403, asked);
      assert.equal(json.code, 'forbidden', asked);
    }
  });

  for (const { method, pattern, parameters, body, isStream } of operations) {
    const verb = isStream ? 'HEAD' : method;
    const named = (where: string) => parameters.filter((one) => one.in === where).map(({ name }) => name as string);
    const whole = body === undefined ? undefined : '{}';

    it(`${method} ${pattern}: hostile parameters`, async () => {
      const { host, at } = seeded;
      const ask = async (path: string, more: Record<string, unknown> = {}) => {
        const answer = await host.ask(verb, path, { ...(whole === undefined ? {} : { body: whole }), ...more });
        assertNoFailure(answer, `${verb} ${path.slice(0, 200)}`);
        return answer;
      };
      for (const query of ['colour=1', '__proto__=1', 'constructor=x', '%00=1', `${'x'.repeat(3_000)}=1`]) {
        const { status, json } = await ask(`${at(pattern)}?${query}`);
        assert.equal(status, 400, query);
        if (verb !== 'HEAD') assert.equal(json.code, 'invalid_query', query);
      }
      for (const name of named('query')) {
        for (const text of hostileText) await ask(`${at(pattern)}?${name}=${text}`);
        assert.equal((await ask(`${at(pattern)}?${name}=1&${name}=1`)).status, 400, name);
      }
      for (const name of named('path')) {
        for (const segment of hostileSegments) {
          const { status } = await ask(at(pattern, { [name]: segment }));
          // Of what has the form of an id, a list may be empty.
          const mayBe = /^[a-z0-9-]{1,63}$/.test(segment) ? status < 500 : status >= 400 && status < 500;
          assert.ok(mayBe, `${name} ${segment.slice(0, 80)} → ${status}`);
        }
      }
      for (const name of named('header').filter((one) => one.startsWith('If-'))) {
        for (const value of ['', 'x', '7', '"0"', '"-1"', '"99999999999"', '"1", "2"', 'W/"1"', '"'.repeat(5_000)]) {
          const { status } = await ask(at(pattern), { headers: { [name]: value } });
          assert.ok(status >= 400 && status < 500, `${name}: ${value.slice(0, 40)} → ${status}`);
        }
      }
    });

    if (body === undefined) continue;
    it(`${method} ${pattern}: hostile bodies`, async () => {
      const { host, at } = seeded;
      for (const text of hostileBodies) {
        const answer = await host.ask(method, at(pattern), { body: text });
        assertNoFailure(answer, text.slice(0, 80));
        assert.ok(answer.status >= 400 && answer.status < 500, `${text.slice(0, 80)} → ${answer.status}`);
      }
      for (const { body: text, unknown } of spoiled(document, body)) {
        const answer = await host.ask(method, at(pattern), { body: text });
        assertNoFailure(answer, text.slice(0, 200));
        if (unknown !== undefined) assert.equal(answer.json?.code, 'invalid_body', `${text.slice(0, 200)}\n${answer.text}`);
      }
    });
  }
});
