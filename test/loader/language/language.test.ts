import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { type ErrorCode, isNboxError } from '../../../guards/errors.ts';
import { Language, type LanguageOptions } from '../../../loader/language/language.ts';
import type { Completions, Finding, Question } from '../../../loader/language/questions.ts';

const librariesDir = join(import.meta.dirname, '../../../libraries');
const allowed = { lanes: ['standard'], dynamicCode: false };
const diagnose = { kind: 'diagnose', ...allowed } as const;

/** Types that the checker follows for as long as it is let. */
const endlessTypes = `type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Many = \`\${Digit}\${Digit}\${Digit}\${Digit}\`;
type Pairs<A extends string, B extends string> = A extends unknown ? (B extends A ? 1 : 0) : never;
${Array.from({ length: 400 }, (_, i) => `type P${i} = Pairs<Many, Many | "${i}">; const p${i}: P${i} = 2;`).join('\n')}
export default () => 1;`;

describe('Language', () => {
  let language: Language;
  afterEach(() => language.close());

  const start = (options: Partial<LanguageOptions> = {}) => {
    language = new Language({ librariesDir, deadlineMs: { quick: 20_000, diagnose: 20_000 }, ...options });
  };
  const ask = (source: string, { owner = 'someone', session = 's', version = 1, since, question = diagnose, signal }: Asking = {}) =>
    language.ask({
      ...{ plugin: 'a/b/c', owner, session, question, signal },
      edited: { version, since, files: new Map(Object.entries(source === '' ? {} : { 'index.ts': source })) },
    });
  interface Asking {
    readonly owner?: string;
    readonly session?: string;
    readonly version?: number;
    readonly since?: number;
    readonly question?: Question;
    readonly signal?: AbortSignal;
  }
  const rejects = (asked: Promise<unknown>, code: ErrorCode) => assert.rejects(asked, (error) => isNboxError(error, code));
  const codes = (found: unknown) => (found as readonly Finding[]).map(({ code }) => code);

  it('starts with the first question, in a process of its own that steps back', async () => {
    start();
    assert.deepEqual([language.state, language.pid], ['resting', undefined]);
    assert.deepEqual(codes(await ask('export default () => x;')), ['TS2304']);
    assert.equal(language.state, 'ready');
    assert.notEqual(language.pid, process.pid);
    assert.equal(getPriority(language.pid as number), 10);
  });

  it('keeps the files of each session of each owner apart', async () => {
    start();
    await ask('export default () => x;', { owner: 'a' });
    assert.deepEqual(codes(await ask('export default () => 1;', { owner: 'b' })), []);
    assert.deepEqual(codes(await ask('', { owner: 'a', version: 2, since: 1 })), ['TS2304']);
    await rejects(ask('', { owner: 'c', version: 2, since: 1 }), 'editor_session_lost');
  });

  it('answers what follows a key before findings, and of a kind only the newest', async () => {
    start();
    const order: string[] = [];
    const named = (name: string, asked: Promise<unknown>) =>
      asked.then(
        () => void order.push(name),
        (error) => void order.push(`${name} ${error.code}`),
      );
    const source = 'export default (request: Request) => request.url;';
    const quick: Question = { kind: 'complete', file: 'index.ts', offset: source.length - 4 };
    await Promise.all([
      named('first findings', ask(source)),
      named('second findings', ask(source)),
      named('findings of another', ask(source, { session: 't' })),
      named('names', ask(source, { question: quick })),
    ]);
    assert.deepEqual(order, ['first findings editor_superseded', 'names', 'second findings', 'findings of another']);
  });

  it('forgets what nobody waits for', async () => {
    start();
    const left = new AbortController();
    const running = ask('export default () => 1;');
    const asked = ask('export default () => 1;', { session: 't', signal: left.signal });
    left.abort();
    await rejects(asked, 'editor_superseded');
    assert.deepEqual(codes(await running), []);
  });

  it('takes so many questions, and so many of one who asks, and no more', async () => {
    start({ queue: 10 });
    const asked: Promise<unknown>[] = [];
    for (let i = 0; i < 8; i += 1) asked.push(ask('export default () => 1;', { session: `s${i}` }));
    await rejects(ask('export default () => 1;', { session: 'more' }), 'editor_busy');
    for (let i = 0; i < 2; i += 1) asked.push(ask('export default () => 1;', { owner: `o${i}` }));
    await rejects(ask('export default () => 1;', { owner: 'more' }), 'editor_busy');
    await Promise.all(asked);
  });

  it('holds no more of files that wait than it may', async () => {
    start();
    const large = `export default () => 1; // ${'x'.repeat(900_000)}`;
    const files = new Map(Array.from({ length: 20 }, (_, i) => [`f${i}.ts`, large]));
    const all = (owner: string) =>
      language.ask({ plugin: 'a/b/c', owner, session: 's', question: diagnose, edited: { version: 1, files } });
    // These are more than a push may have, but it is only looked at when its turn has come.
    const first = rejects(all('a'), 'source_too_large');
    await rejects(all('b'), 'editor_busy');
    await first;
    await rejects(all('b'), 'source_too_large');
  });

  it('ends with what takes too long; its owner waits, and the others go on', async () => {
    start({ deadlineMs: { quick: 20_000, diagnose: 3_000 } });
    assert.deepEqual(codes(await ask('export default () => x;', { owner: 'other' })), ['TS2304']);
    const { pid } = language;
    await assert.rejects(ask(endlessTypes), (error) => isNboxError(error, 'editor_failed') && (error.details.retryAfterS ?? 0) > 0);
    await rejects(ask('export default () => 1;'), 'editor_failed');
    await rejects(ask('', { owner: 'other', version: 2, since: 1 }), 'editor_session_lost');
    assert.deepEqual(codes(await ask('export default () => x;', { owner: 'other', version: 2 })), ['TS2304']);
    assert.notEqual(language.pid, pid);
    assert.deepEqual(groupMembers(pid as number), []);
  });

  it('comes back from being killed', async () => {
    start();
    await ask('export default () => 1;');
    process.kill(language.pid as number, 'SIGKILL');
    // Whatever is asked meanwhile is of a process that knows no files.
    while (language.state === 'ready') await new Promise((resolve) => setImmediate(resolve));
    await rejects(ask('', { version: 2, since: 1 }), 'editor_session_lost');
    assert.deepEqual(codes(await ask('export default () => x;', { version: 3 })), ['TS2304']);
  });

  it('rests when nobody asks, and wakes', async () => {
    const rested = Promise.withResolvers<void>();
    const logger = { info: (_: object, message: string) => message.includes('rests') && rested.resolve(), warn() {}, error() {} };
    start({ restAfterMs: 20, logger });
    await ask('export default () => 1;');
    const { pid } = language;
    await rested.promise;
    while (groupMembers(pid as number).length > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(language.state, 'resting');
    assert.deepEqual(codes(await ask('export default () => x;')), ['TS2304']);
  });

  it('says whose turn it is', async () => {
    const turns: (string | undefined)[] = [];
    start({ onTurn: (plugin) => void turns.push(plugin) });
    await ask('export default () => 1;');
    assert.deepEqual(turns, ['a/b/c', undefined]);
  });

  it('fails what waits when it is closed, and takes nothing more', async () => {
    start();
    const asked = rejects(ask('export default () => 1;'), 'stopping');
    await language.close();
    await asked;
    await rejects(ask('export default () => 1;'), 'stopping');
  });

  describe('of a hostile author', () => {
    /** What stands on this machine's disk, and must be seen in no answer. */
    const secret = JSON.parse(readFileSync(join(librariesDir, '../package.json'), 'utf8')) as { description: string };
    const root = join(librariesDir, '..');
    const hostile: Record<string, string> = {
      'absolute paths': `import a from '${root}/package.json';\nexport default () => a.|;`,
      'paths upwards': `import a from '../../package.json';\nimport b from '../../../../../../../../../../..${root}/package.json';\nexport default () => [a, b.|];`,
      'file URLs': `import a from 'file://${root}/package.json';\nexport default () => a.|;`,
      'packages of the host': `import a from 'koa/package.json';\nimport b from 'typescript';\nexport default () => a.|;`,
      'references to files': `/// <reference path="${root}/package.json" />\n/// <reference types="node" />\n/// <reference lib="dom" />\nexport default () => process.|;`,
      'types of files': `const a: typeof import('${root}/package.json') = null as never;\nexport default () => a.|;`,
      links: `import a from '/proc/self/cwd/package.json';\nimport b from '/proc/self/environ';\nexport default () => a.|;`,
    };
    for (const [what, source] of Object.entries(hostile)) {
      it(`shows nothing of the disk by ${what}`, async () => {
        start();
        const offset = source.indexOf('|');
        const files = new Map([
          ['index.ts', source.replace('|', '')],
          [
            'tsconfig.json',
            `{ "extends": "${root}/tsconfig.json", "compilerOptions": { "baseUrl": "${root}", "paths": { "*": ["${root}/*"] }, "typeRoots": ["${root}/node_modules/@types"], "rootDirs": ["${root}"] }, "include": ["${root}/**/*"], "files": ["${root}/package.json"], "references": [{ "path": "${root}" }] }`,
          ],
        ]);
        const place = { file: 'index.ts', offset };
        const questions: Question[] = [
          diagnose,
          { kind: 'complete', ...place },
          { kind: 'hover', file: 'index.ts', offset: source.indexOf(' a') + 1 },
          { kind: 'hover', file: 'index.ts', offset: offset - 1 },
          { kind: 'details', ...place, name: 'description' },
          { kind: 'definition', file: 'index.ts', offset: source.indexOf(' a') + 1 },
        ];
        for (const question of questions) {
          const answer = await language.ask({
            plugin: 'a/b/c',
            owner: 'x',
            session: 'x',
            edited: { version: 1, files },
            question,
          } as never);
          const text = JSON.stringify(answer ?? null);
          assert.equal(text.includes(secret.description), false, `${question.kind}: ${text}`);
          // What the author wrote may come back; what stands around it here may not.
          const own = text.replaceAll(`${root}/package.json`, '').replaceAll(`${root}/tsconfig.json`, '');
          assert.equal(own.includes(root), false, `${question.kind}: ${text}`);
          const named = ((answer as Completions | undefined)?.items ?? []).map(({ name }) => name);
          assert.equal(named.includes('devDependencies'), false, what);
        }
      });
    }

    it('is told of offsets and files that are not there', async () => {
      start();
      await rejects(ask('export default () => 1;', { question: { kind: 'hover', file: 'index.ts', offset: 1_000 } }), 'invalid_body');
      await rejects(ask('export default () => 1;', { question: { kind: 'complete', file: '../index.ts', offset: 0 } }), 'invalid_body');
    });
  });
});

/** The living processes of a group. */
function groupMembers(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [state, , pgrp] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return Number(pgrp) === group && state !== 'Z';
      } catch {
        return false;
      }
    })
    .map(Number);
}
