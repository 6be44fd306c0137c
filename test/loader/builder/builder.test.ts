import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { isNboxError } from '../../../guards/errors.ts';
import type { BuildRequest } from '../../../loader/build.ts';
import { Builder } from '../../../loader/builder/builder.ts';
import { parts } from '../../../loader/guest/parts.ts';
import { parseManifest } from '../../../loader/manifest.ts';

const librariesDir = join(import.meta.dirname, '../../../libraries');

function requestOf(source: string): BuildRequest {
  return { plugin: 'a/b/c', files: new Map([['index.ts', source]]), manifest: parseManifest({}, ['index.ts']), typecheck: 'strict' };
}

const small = 'export default () => 1;';
/** Types that the checker follows for as long as it is let. */
const endlessTypes = `type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Many = \`\${Digit}\${Digit}\${Digit}\${Digit}\`;
type Pairs<A extends string, B extends string> = A extends unknown ? (B extends A ? 1 : 0) : never;
${Array.from({ length: 400 }, (_, i) => `type P${i} = Pairs<Many, Many | "${i}">; const p${i}: P${i} = 2;`).join('\n')}
export default () => 1;`;

/** A string type that doubles thirty times. */
const growingTypes = `type S<T extends string, N extends any[] = []> = N["length"] extends 30 ? T : S<\`\${T}\${T}\`, [...N, 1]>;
export const s: S<"aaaaaaaaaaaaaaaa"> = "x";
export default () => 1;`;

/** Constant folding doubles these twice a member: 8 GB in 20 s, were it let. */
const growingEnum = (name: string): string =>
  `// @ts-nocheck\nenum ${name}{a0='aaaaaaaaaa',${Array.from({ length: 18 }, (_, i) => `a${i + 1}=a${i}+a${i}+a${i}+a${i}`).join(',')}};export default ()=>${name}.a14`;

/** The living processes of a group; zombies, which only their parent can put away, do not count. */
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

async function untilGone(group: number): Promise<void> {
  // The kernel tells a parent of its children only; these are grandchildren.
  while (groupMembers(group).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('Builder', () => {
  let builder: Builder;
  before(async () => {
    builder = await Builder.start({ librariesDir });
  });
  after(() => builder.close());

  it('builds in a process of its own', async () => {
    const { code, sites } = await builder.build(requestOf('export default (request) => request.text();'));
    assert.match(code, /__nboxGuard/);
    assert.deepEqual(sites, [{ file: 'index.ts', line: 1, column: 16 }]);
    assert.notEqual(builder.pid, process.pid);
  });

  it('passes on what is wrong with the source, with every detail', async () => {
    await assert.rejects(builder.build(requestOf("const x: number = 'a';\nexport default () => x;")), (error) => {
      assert.ok(isNboxError(error, 'type_errors'));
      assert.deepEqual(error.details.position, { file: 'index.ts', line: 1, column: 7 });
      assert.equal(error.details.diagnostics?.[0]?.code, 'TS2322');
      return true;
    });
  });

  it('builds in the order of arrival', async () => {
    const ended: number[] = [];
    await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        builder.build(requestOf(`export default () => ${i};`)).then(({ code }) => ended.push(Number(/=> (\d)/.exec(code)?.[1]))),
      ),
    );
    assert.deepEqual(ended, [0, 1, 2, 3, 4]);
  });

  it('keeps one failure from the next build', async () => {
    const results = await Promise.allSettled([
      builder.build(requestOf('nope')),
      builder.build(requestOf(small)),
      builder.build(requestOf('export default {')),
      builder.build(requestOf(small)),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
  });

  it('gives the modules of the prelude, which import nothing but each other', async () => {
    const { prelude: modules } = await builder.executor();
    for (const [name, text] of Object.entries(modules)) {
      // They stand at the beginning, and what a package holds as text does not count.
      for (const [, from] of text.matchAll(/import(?:[^"'();]*from)?"([^"]+)";/gy))
        assert.ok(from !== undefined && from in modules, `${name} imports ${from}`);
    }
    for (const name of ['main.ts', ...Object.keys(parts)]) assert.ok(name in modules, name);
  });

  it('ends its process when it has long had nothing to do, and starts it for the next build', async () => {
    await using resting = await Builder.start({ librariesDir, restAfterMs: 50 });
    await resting.build(requestOf(small));
    const pid = resting.pid;
    while (resting.state !== 'resting') await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(resting.pid, undefined);
    await untilGone(pid as number);
    const builds = await Promise.all([resting.build(requestOf(small)), resting.build(requestOf('export default () => 2;'))]);
    assert.equal(builds.length, 2);
    assert.notEqual(resting.pid, pid);
  });

  it('steps back behind traffic in the machine’s scheduling', async () => {
    assert.ok(getPriority(builder.pid) > getPriority());
  });

  it('replaces a process that is killed in the middle of a build; what waits goes on', async () => {
    const { pid } = builder;
    assert.ok(pid);
    const lost = builder.build(requestOf(small));
    const waiting = [builder.build(requestOf(small)), builder.build(requestOf('export default () => 2;'))];
    process.kill(pid, 'SIGKILL');
    await assert.rejects(lost, (error) => isNboxError(error, 'builder_failed') && /crashed/.test(error.message));
    assert.equal((await Promise.all(waiting)).length, 2);
    assert.notEqual(builder.pid, pid);
    await untilGone(pid);
  });

  it('replaces a process whose type checker or bundler is killed', async () => {
    for (const name of ['tsc', 'esbuild']) {
      const { pid } = builder;
      assert.ok(pid);
      const part = groupMembers(pid).find((member) => readFileSync(`/proc/${member}/comm`, 'utf8').trim() === name);
      assert.ok(part, `no process ${name}`);
      process.kill(part, 'SIGKILL');
      // A source of its own: for a minute it passes for what the part died of.
      const unlucky = requestOf(`export default () => ${JSON.stringify(name)};`);
      await assert.rejects(builder.build(unlucky), (error) => isNboxError(error, 'builder_failed'), name);
      assert.match((await builder.build(requestOf(small))).code, /__nboxGuard/);
    }
  });

  it('gives up on types that take all memory, and goes on', async () => {
    const { pid } = builder;
    const results = await Promise.allSettled([builder.build(requestOf(growingTypes)), builder.build(requestOf(small))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.match(String((results[0] as PromiseRejectedResult).reason), /too much memory/);
    await untilGone(pid as number);
  });

  it('gives up on constants that take all memory; what waits goes on, and the same source is not tried again', async () => {
    const { pid } = builder;
    const bomb = requestOf(growingEnum('E'));
    const results = await Promise.allSettled([builder.build(bomb), builder.build(requestOf(small)), builder.build(bomb)]);
    const after = builder.pid;
    assert.notEqual(after, pid);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled', 'rejected'],
    );
    const ended = (error: unknown): boolean =>
      isNboxError(error, 'builder_failed') && /the source needs too much memory/.test(error.message);
    for (const result of results) assert.ok(result.status === 'fulfilled' || ended(result.reason));
    await assert.rejects(builder.build(bomb), ended);
    assert.equal(builder.pid, after);
    await builder.build(requestOf(small));
    assert.equal(builder.pid, after);
    await untilGone(pid as number);
  });

  it('refuses when too many wait', async () => {
    await using narrow = await Builder.start({ librariesDir, queue: 2 });
    const accepted = [narrow.build(requestOf(small)), narrow.build(requestOf(small))];
    await assert.rejects(
      narrow.build(requestOf(small)),
      (error) => isNboxError(error, 'builder_busy') && error.details.retryAfterS !== undefined,
    );
    await Promise.all(accepted);
    assert.equal(narrow.size, 0);
    await narrow.build(requestOf(small));
  });

  it('gives up on a build that takes longer than the deadline, and goes on', async () => {
    await using hasty = await Builder.start({ librariesDir, deadlineMs: 1_000 });
    const { pid } = hasty;
    const results = await Promise.allSettled([hasty.build(requestOf(endlessTypes)), hasty.build(requestOf(small))]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    );
    assert.ok(isNboxError((results[0] as PromiseRejectedResult).reason, 'builder_failed'));
    assert.notEqual(hasty.pid, pid);
    await untilGone(pid as number);
  });

  it('leaves no process behind when it is closed, and fails what waits', async () => {
    const closing = await Builder.start({ librariesDir });
    const group = closing.pid as number;
    assert.ok(groupMembers(group).length >= 3);
    const waiting = closing.build(requestOf(small));
    await Promise.all([assert.rejects(waiting, (error) => isNboxError(error, 'stopping')), closing.close()]);
    await untilGone(group);
    await assert.rejects(closing.build(requestOf(small)), (error) => isNboxError(error, 'stopping'));
    await closing.close();
  });

  it('does not start where a library is not installed', async () => {
    await assert.rejects(
      Builder.start({ librariesDir: join(import.meta.dirname, 'fixtures/missing-library') }),
      /left-pad.*is not installed/,
    );
  });

  it('leaves no process behind when its host is killed', async () => {
    const host = startHost();
    try {
      const [group] = (await once(host, 'message')) as [number];
      assert.ok(groupMembers(group).length >= 3);
      host.kill('SIGKILL');
      await untilGone(group);
    } finally {
      host.kill('SIGKILL');
    }
  });
});

function startHost(): ChildProcess {
  return fork(join(import.meta.dirname, 'fixtures/host-with-builder.ts'), [librariesDir]);
}
