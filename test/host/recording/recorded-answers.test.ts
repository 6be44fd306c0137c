/** host/recording/recorded-answers.ts */

import assert from 'node:assert/strict';
import { OpError } from '../../../host/dispatch/op-error.ts';
import { RecordedAnswers } from '../../../host/recording/recorded-answers.ts';
import type { RecordedOp, Recording } from '../../../host/recording/recording.ts';
import { Redactor } from '../../../host/recording/redactor.ts';

const head = (fetch: number, url: string, more: object = {}) =>
  JSON.stringify({ fetch, url, method: 'GET', headers: '', body: 'none', ...more });
const op = (name: string, json: string, answer: Partial<RecordedOp['answer']> | null = {}, bytes: string | null = null): RecordedOp => ({
  ...{ name, json, bytes },
  answer: answer === null ? null : { ok: true, json: '', bytes: null, ...answer },
});
const recording = (ops: RecordedOp[]): Recording => ({
  ...{
    interface: 'fetch',
    head: '',
    body: null,
    streams: false,
    messages: 0,
    at: 0,
    outcome: 'ok',
    ops,
    tape: null,
    cut: false,
    redacted: [],
  },
});
const answersOf = (ops: RecordedOp[]) => new RecordedAnswers(recording(ops), new Redactor());

describe('RecordedAnswers', () => {
  it('answer as was answered, whatever number the guest gives its fetches now', async () => {
    const answers = answersOf([
      op('fetch', head(17, 'http://a/1'), { json: '{"status":200}', bytes: Buffer.from('early').toString('base64') }),
      op('fetch', head(18, 'http://a/2'), { json: '{"status":404}' }),
      op('fetch.read', '{"fetch":18}', { bytes: Buffer.from('of 2').toString('base64') }),
      op('fetch.read', '{"fetch":17}', { bytes: Buffer.from('of 1').toString('base64') }),
    ]);
    assert.deepEqual(await answers.answer('fetch', head(1, 'http://a/2'), undefined), { data: { status: 404 } });
    assert.deepEqual(await answers.answer('fetch', head(2, 'http://a/1'), undefined), {
      data: { status: 200 },
      bytes: Buffer.from('early'),
    });
    assert.deepEqual(await answers.answer('fetch.read', '{"fetch":2}', undefined), { data: undefined, bytes: Buffer.from('of 1') });
    assert.deepEqual(await answers.answer('fetch.read', '{"fetch":1}', undefined), { data: undefined, bytes: Buffer.from('of 2') });
    assert.deepEqual([answers.missed, answers.loose], [[], 0]);
  });

  it('refuse as was refused, and never answer what never was', async () => {
    const answers = answersOf([
      op('fetch', head(1, 'http://a/'), { ok: false, json: '{"name":"TypeError","message":"fetch failed: it is down"}' }),
      op('fetch', head(2, 'http://b/'), null),
    ]);
    assert.throws(() => answers.answer('fetch', head(1, 'http://a/'), undefined), {
      name: 'TypeError',
      message: 'fetch failed: it is down',
    });
    const pending = answers.answer('fetch', head(2, 'http://b/'), undefined);
    assert.equal(await Promise.race([pending, Promise.resolve('not yet')]), 'not yet');
  });

  it('hold nobody who waits for what never was answered by a promise that outlives the call', () => {
    const waiting = () => answersOf([op('fetch', head(1, 'http://a/'), null)]).answer('fetch', head(1, 'http://a/'), undefined);
    assert.notEqual(waiting(), waiting());
  });

  it('answer a request to the same place by what that got, and count it', async () => {
    const answers = answersOf([
      op('fetch', head(1, 'http://a/', { headers: 'x\n1' }), { json: '1' }),
      op('fetch', head(2, 'http://a/', { headers: 'x\n2' }), { json: '2' }),
    ]);
    assert.deepEqual(await answers.answer('fetch', head(1, 'http://a/', { headers: 'x\n2' }), undefined), { data: 2 });
    assert.equal(answers.loose, 0);
    assert.deepEqual(await answers.answer('fetch', head(2, 'http://a/', { headers: 'x\n3' }), undefined), { data: 1 });
    assert.equal(answers.loose, 1);
  });

  it('refuse what was not asked for, or not so often, and name it', () => {
    const answers = answersOf([op('fetch', head(1, 'http://a/'), {})]);
    answers.answer('fetch', head(1, 'http://a/'), undefined);
    assert.throws(() => answers.answer('fetch', head(2, 'http://a/'), undefined), OpError);
    assert.throws(() => answers.answer('fetch', head(3, 'http://c/', { method: 'POST' }), undefined), OpError);
    assert.throws(() => answers.answer('cache.get', '{"key":1}', undefined), OpError);
    assert.deepEqual(answers.missed, ['GET http://a/', 'POST http://c/', 'cache.get']);
    for (let i = 0; i < 100; i += 1) assert.throws(() => answers.answer('more', '', undefined), OpError);
    assert.equal(answers.missed.length, 20);
  });

  it('refuse what was answered by more than could be kept', () => {
    const cut = { ...recording([op('fetch', head(1, 'http://a/'), null)]), cut: true };
    const answers = new RecordedAnswers(cut, new Redactor());
    assert.throws(() => answers.answer('fetch', head(1, 'http://a/'), undefined), /more than is kept/);
    assert.deepEqual(answers.missed, ['GET http://a/']);
  });

  it('compare what is asked for in the form in which it could be kept', async () => {
    const hidden = head(1, 'http://a/?token=xxxxxx', { headers: 'authorization\nBearer xxx' });
    const answers = answersOf([op('fetch', hidden, { json: '1' })]);
    const asked = head(1, 'http://a/?token=secret', { headers: 'authorization\nBearer abc' });
    assert.deepEqual(await answers.answer('fetch', asked, undefined), { data: 1 });
    assert.equal(answers.loose, 0);
  });

  it('look through no more than could have been recorded, however much is asked for', async () => {
    let looked = 0;
    const redactor = new Redactor();
    const counting = {
      into(noted: Set<string>) {
        const hide = redactor.into(noted);
        const count = (length = 0) => {
          looked += length;
        };
        return {
          ...hide,
          bytes(bytes: Uint8Array | undefined) {
            count(bytes?.length);
            return hide.bytes(bytes);
          },
          op(name: string, json: string) {
            count(json.length);
            return hide.op(name, json);
          },
        };
      },
    } as Redactor;
    const answers = new RecordedAnswers(recording([op('fetch', head(1, 'http://a/1'), { json: '{"status":200}' }, 'YQ==')]), counting);
    const large = Buffer.alloc(1_000_000, '&pin=x');
    assert.throws(() => answers.answer('fetch', head(1, `http://a/${'x'.repeat(300_000)}`), undefined), OpError);
    assert.deepEqual(await answers.answer('fetch', head(2, 'http://a/1'), large), { data: { status: 200 } });
    assert.equal(answers.loose, 1);
    for (let i = 0; i < 1_000; i += 1)
      assert.throws(() => answers.answer('fetch', head(i, 'http://b/'), large.subarray(0, 1_000)), OpError);
    assert.ok(looked < 30_000, `${looked}`);
  });
});
