/** host/recording/comparison.ts */

import assert from 'node:assert/strict';
import { nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { changesBetween } from '../../../host/recording/comparison.ts';
import { Redactor } from '../../../host/recording/redactor.ts';
import type { Replayed } from '../../../host/recording/replayer.ts';
import { mostKeptBytes, replyBody } from '../../../host/recording/reply-body.ts';

const ok = (body: unknown, head = '200\n\ncontent-type\napplication/json'): Replayed => ({
  ...{ outcome: 'ok', detail: undefined, position: undefined, head, spent: nothingSpent, missed: [], loose: 0 },
  ...replyBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))),
});
const failed = (detail: string): Replayed => ({ ...ok(''), outcome: 'plugin_error', detail });
const between = (a: Replayed, b: Replayed) => changesBetween(a, b, new Redactor().into(new Set()));

describe('changesBetween(before, after)', () => {
  it('is nothing where the replies are the same, failures included', () => {
    assert.deepEqual(between(ok({ a: 1 }), ok({ a: 1 })), []);
    assert.deepEqual(between(failed('x'), failed('x')), []);
  });

  it('names what differs: outcome, error, status, headers, fields', () => {
    assert.deepEqual(between(ok(1), failed('no')), ['outcome: ok → plugin_error (no)']);
    assert.deepEqual(between(failed('a'), failed('b')), ['error: a → b']);
    assert.deepEqual(between(ok(1, '200\n\nx-a\n1\nx-b\n2'), ok(1, '404\n\nX-A\n1\nx-c\n3')), [
      'status: 200 → 404',
      'header x-b: "2" → nothing',
      'header x-c: nothing → "3"',
    ]);
    assert.deepEqual(between(ok({ a: { b: [1, 2, 3] }, c: 'x' }), ok({ a: { b: [1, 5, 3] }, d: null })), [
      'body.a.b[1]: 2 → 5',
      'body.c: "x" → nothing',
      'body.d: nothing → null',
    ]);
    assert.deepEqual(between(ok('<p>a</p>'), ok('<p>b</p>')), ['body: 8 → 8 bytes, "<p>a</p>" → "<p>b</p>"']);
    assert.deepEqual(between(ok('{"a":1}'), ok('{ "a": 1 }')).length, 1, 'bytes differ though the values do not');
  });

  it('hides what is hidden in recordings', () => {
    assert.deepEqual(between(ok({ email: 'a@b.c' }), ok({ email: 'dd@b.c' })), ['body.email: "x@x.x" → "xx@x.x"']);
    assert.deepEqual(between(ok('token=abc'), ok('token=abcd')), ['body: 9 → 10 bytes, "token=xxx" → "token=xxxx"']);
  });

  it('tells large bodies apart by all of them, and looks only through what it shows', () => {
    const large = 'a'.repeat(2 * mostKeptBytes);
    let looked = 0;
    const counting = new Redactor().into(new Set());
    const hide = {
      ...counting,
      text(given: string) {
        looked += given.length;
        return counting.text(given);
      },
    };
    const changes = changesBetween(ok(`${large}b`), ok(`${large}c`), hide);
    assert.equal(changes.length, 1);
    assert.match(changes[0] ?? '', /^body: 524289 → 524289 bytes, "a+…" → "a+…"$/);
    const told = changesBetween(failed(large), failed(`${large}b`), hide);
    assert.ok(told.join().length < 400);
    changesBetween(ok({ x: large.slice(9) }), ok({ x: 1 }), hide);
    assert.ok(looked < 40_000, `${looked}`);
    assert.equal(ok(large).body.length, mostKeptBytes);
  });

  it('hides a value that is longer than what is looked through', () => {
    const long = 'z'.repeat(100_000);
    for (const [a, b] of [
      [ok(`{"password":"${long}"`), ok(`{"password":"${long}1"`)],
      [ok({ password: long }), ok({ password: `${long}1` })],
      [failed(`password=${long}`), failed(`password=${long}1`)],
      [failed(`{"password":"${long}`), ok('')],
    ] as const) {
      const changes = between(a, b);
      assert.equal(changes.length, 1);
      assert.ok(!changes.join().includes('zz'), changes.join());
    }
  });

  it('stays short, whatever the bodies are', () => {
    const wide = (value: number) => ok(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, value])));
    const changes = between(wide(1), wide(2));
    assert.equal(changes.length, 9);
    const deep = (text: string) => ok(`${'['.repeat(5_000)}${text}${']'.repeat(5_000)}`);
    assert.ok(between(deep('1'), deep('2')).join().length < 500);
    const proto = between(ok('{"__proto__":{"a":1}}'), ok('{"__proto__":{"a":2}}'));
    assert.deepEqual(proto, ['body.__proto__.a: 1 → 2']);
  });
});
