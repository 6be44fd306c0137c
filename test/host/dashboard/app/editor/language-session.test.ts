/** What is told of files that are being written: all of them once, then what has changed since the last answer. */

import assert from 'node:assert/strict';
import { ApiError } from '../../../../../host/dashboard/app/api/problem.ts';
import { LanguageSession } from '../../../../../host/dashboard/app/views/editor/language-session.ts';

interface Body {
  readonly session: string;
  readonly version: number;
  readonly since?: number;
  readonly files: Record<string, string | null>;
}

describe('LanguageSession', () => {
  const sent: Body[] = [];
  const answers: (Promise<void> | ApiError | 'none' | undefined)[] = [];
  const session = () =>
    new LanguageSession(async (_, body) => {
      sent.push(body as Body);
      const answer = answers.shift();
      if (answer instanceof ApiError) throw answer;
      if (answer === 'none') return undefined;
      await answer;
      return { version: (body as Body).version, result: [] };
    }, 's');
  const refused = (code: string) => new ApiError({ status: 409, code, title: '', detail: '' });
  const of = (files: Record<string, string>) => new Map(Object.entries(files));
  beforeEach(() => {
    sent.length = 0;
    answers.length = 0;
  });

  it('tells all files, then what has changed since the last answer', async () => {
    const one = session();
    const first = of({ a: '1', b: '1' });
    await one.ask('diagnose', first);
    await one.ask('diagnose', first);
    await one.ask('diagnose', of({ a: '2', c: '1' }));
    assert.deepEqual(
      sent.map(({ version, since, files }) => [version, since, files]),
      [
        [1, undefined, { a: '1', b: '1' }],
        [1, 1, {}],
        [2, 1, { a: '2', b: null, c: '1' }],
      ],
    );
  });

  it('tells of changes against what was answered, not against what was asked', async () => {
    const one = session();
    await one.ask('diagnose', of({ a: '1' }));
    const late = Promise.withResolvers<void>();
    answers.push(late.promise);
    const asked = one.ask('diagnose', of({ a: '2' }));
    await one.ask('diagnose', of({ a: '2', b: '1' }));
    assert.deepEqual([sent[2]?.since, sent[2]?.files], [1, { a: '2', b: '1' }]);
    late.resolve();
    await asked;
    // The older answer, which came later, is no step back.
    await one.ask('diagnose', of({ a: '2', b: '2' }));
    assert.deepEqual([sent[3]?.since, sent[3]?.files], [3, { b: '2' }]);
  });

  it('tells all files again where the host does not know them any more', async () => {
    const one = session();
    await one.ask('diagnose', of({ a: '1' }));
    answers.push(refused('editor_session_lost'));
    assert.deepEqual(await one.ask('diagnose', of({ a: '2' })), []);
    assert.deepEqual([sent[2]?.since, sent[2]?.files], [undefined, { a: '2' }]);
  });

  it('has no answer where something newer was asked, and says what else is wrong', async () => {
    const one = session();
    answers.push('none', refused('editor_failed'));
    assert.equal(await one.ask('diagnose', of({ a: '1' })), undefined);
    await assert.rejects(one.ask('diagnose', of({ a: '1' })), (error) => error instanceof ApiError && error.code === 'editor_failed');
  });
});
