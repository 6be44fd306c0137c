/** host/export/*: what is written is read again, and what is not whole or not right is refused, with its line. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isNboxError } from '../../../guards/errors.ts';
import { deployedAs } from '../../../host/rollout/rollout.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import type { StoreRow } from '../../../host/store/store-row.ts';
import { TempDir } from '../doubles.ts';
import { budgetInput, hello, other, publishInput, rolloutOf } from '../store/store.spec.ts';
import { exported, linesOfExport, readAll, sealed } from './export-file.ts';

describe('an export', () => {
  let temp: TempDir;
  let file: Buffer;
  let rows: StoreRow[];
  /** Header and rows, without the end. */
  let lines: Record<string, unknown>[];

  const summary = { code: 'plugin_error', detail: 'x', interface: 'fetch', request: 'GET /', at: 1, redacted: [], cut: false };

  /** With the hash that a source has. */
  const input = (number: number, content: string, plugin = hello) => {
    const made = publishInput(number, content, plugin);
    return { ...made, release: { ...made.release, hash: made.release.hash.padEnd(64, '0') } };
  };

  before(async () => {
    temp = new TempDir();
    const store = new SqliteStore(join(temp.path, 'store'));
    await store.setAdminTokenHash('f'.repeat(64));
    await store.publish({ ...input(1, 'one'), once: { key: 'k', fingerprint: 'f' } });
    await store.publish(input(2, 'two'));
    const kept = { plugin: hello, id: 'a', release: 1, keptAt: 5_000, actor: 'someone', message: 'look', summary: JSON.stringify(summary) };
    await store.keepCapsule(kept, '{}');
    await store.saveRollout(deployedAs(rolloutOf(1), 2));
    await store.publish(input(1, 'x', other));
    await store.remove(other, 'me', 1);
    await store.setBudget(budgetInput('demo', { calls: 5 }));
    await store.setBudget(budgetInput('demo/hello', { cpuSeconds: 5 }));
    file = await exported(store);
    rows = [];
    for await (const row of store.export({ plugins: undefined, token: true })) rows.push(row);
    await store.close();
    lines = linesOfExport(file).slice(0, -1);
  });
  after(() => temp[Symbol.dispose]());

  const refused = (bytes: Buffer, words: RegExp, totalBytes?: number) =>
    assert.rejects(readAll(bytes, totalBytes), (error) => isNboxError(error, 'invalid_export') && words.test(error.message), String(words));

  /** The lines, one of them with other fields, or without it. */
  const changed = (kind: string, fields: object | undefined, at = 0): Buffer => {
    const chosen = lines.filter((line) => line['kind'] === kind)[at];
    return sealed(lines.flatMap((line) => (line !== chosen ? [line] : fields === undefined ? [] : [{ ...line, ...fields }])));
  };

  it('gives its rows again, and says at its end what it was', async () => {
    const { rows: read, reader } = await readAll(file);
    assert.deepEqual(read, rows);
    assert.deepEqual(reader.summary, {
      header: { format: 'nbox-export', version: 2, at: '1970-01-01T00:00:00.000Z', plugins: null },
      rows: { setting: 1, plugin: 2, release: 2, content: 2, deployment: 2, rollout: 1, capsule: 1, once: 1, change: 4, budget: 2 },
    });
    assert.deepEqual((await readAll(sealed(lines))).rows, rows);
  });

  it('is refused wherever it is cut off', async () => {
    for (let end = 0; end < file.length; end += Math.ceil(file.length / 40)) await refused(file.subarray(0, end), /cut off|unpacked/);
    const text = gunzipSync(file).toString();
    for (let end = 0; end < text.length; end += Math.ceil(text.length / 40)) {
      await refused(gzipSync(text.slice(0, end)), /cut off|in the middle of a line/);
    }
    const all = linesOfExport(file).map((line) => JSON.stringify(line));
    for (let count = 0; count < all.length; count += 1) {
      await refused(
        gzipSync(
          all
            .slice(0, count)
            .map((line) => `${line}\n`)
            .join(''),
        ),
        /its last line is missing/,
      );
    }
  });

  it('is refused where anything of it was changed, left out or added', async () => {
    const text = gunzipSync(file).toString();
    await refused(gzipSync(text.replace('code of two', 'code of ten')), /was changed/);
    const parts = text.trimEnd().split('\n');
    await refused(gzipSync(`${parts.toSpliced(-2, 1).join('\n')}\n`), /was changed/);
    await refused(gzipSync(`${text}${parts[1]}\n`), /stands behind the end/);
    await refused(gzipSync(text + text), /stands behind the end/);
    await refused(gzipSync(text.replace('"release":2,"content"', '"release":3,"content"')), /It has 2 rows \(release\), and not the 3/);
    const flipped = Buffer.from(file);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] as number) ^ 0x10;
    await assert.rejects(readAll(flipped), (error) => isNboxError(error, 'invalid_export'));
  });

  it('is refused where it is something else, or of a newer form', async () => {
    await refused(Buffer.from('PK\u0003\u0004 something else'), /cannot be unpacked by gzip/);
    await refused(gzipSync('hello\n'), /Line 1 is not JSON/);
    await refused(gzipSync('{"hello":1}\n'), /is no export of nbox/);
    await refused(gzipSync('null\n'), /is no export of nbox/);
    await refused(sealed([{ ...lines[0], version: 3, more: true }]), /A newer nbox wrote it \(version 3 of the form, this one knows 2\)/);
    await refused(sealed([{ ...lines[0], at: 'yesterday' }, ...lines.slice(1)]), /Line 1 does not have its form: \/at/);
  });

  it('is refused where a row does not have its form', async () => {
    for (const [kind, fields, words] of [
      ['plugin', { plugin: '../../etc' }, /\/plugin/],
      ['plugin', { nextRelease: -1 }, /\/nextRelease/],
      ['plugin', { more: 1 }, /more/],
      ['release', { hash: 'short' }, /\/hash/],
      ['release', { manifest: 'x' }, /\/manifest/],
      ['release', { number: 1.5 }, /\/number/],
      ['content', { files: [['../escape.ts', '']] }, /\/files\/0\/0 is no relative path/],
      ['content', { files: [['/etc/passwd', '']] }, /no relative path/],
      ['content', { files: [['a/./b.ts', '']] }, /no relative path/],
      ['content', { files: [['a\\b.ts', '']] }, /no relative path/],
      ['content', { files: [['C:x.ts', '']] }, /no relative path/],
      ['content', { files: [['a\u0000.ts', '']] }, /no relative path/],
      ['content', { files: { a: 'b' } }, /\/files/],
      ['deployment', { cause: 'chance' }, /\/cause/],
      ['deployment', { releases: [] }, /\/releases/],
      ['setting', { name: 'something' }, /\/name/],
      ['rollout', { state: 'great' }, /\/state/],
      ['rollout', { plan: { steps: [1] } }, /\/plan/],
      ['rollout', { decisions: [{ kind: 'started' }] }, /\/decisions/],
      ['capsule', { id: '' }, /\/id/],
      ['change', { kind: 'other' }, /\/kind/],
      ['budget', { scope: 'a/b/c/d' }, /\/scope/],
      ['budget', { window: '2h' }, /\/window/],
      ['budget', { calls: -1 }, /\/calls/],
      ['budget', { warnAt: 2 }, /\/warnAt/],
    ] as const) {
      await refused(changed(kind, fields), new RegExp(`^Line \\d+ does not have its form: .*${words.source}`));
    }
    await refused(sealed([...lines.slice(0, 3), 'null']), /Line 4 does not have its form/);
    await refused(sealed([...lines.slice(0, 3), '['.repeat(100_000)]), /Line 4 is not JSON.*nested deeper/);
    await refused(sealed([...lines.slice(0, 3), '{"kind":']), /Line 4 is not JSON/);
    await refused(gzipSync(Buffer.concat([gunzipSync(sealed(lines)).subarray(0, 10), Buffer.of(0xff, 0x0a)])), /not UTF-8/);
  });

  it('is refused where rows do not make a whole store', async () => {
    const share = (number: number, percentage = 100) => ({ releases: [{ number, percentage }] });
    for (const [made, words] of [
      [changed('release', undefined, 1), /\(content of .*\) does not stand behind its release/],
      [changed('content', undefined, 1), /follows demo\/hello\/world, of which not all that is live is there/],
      [changed('deployment', undefined, 1), /\(rollout of .*\) names a step or a deployment/],
      [changed('deployment', share(3)), /names a release that is not there/],
      [changed('deployment', share(1, 99)), /other than 100 percent/],
      [changed('deployment', { releases: [...share(1, 50).releases, ...share(1, 50).releases] }), /names a release/],
      [changed('deployment', { number: 2 }), /has a number that cannot stand there/],
      [changed('deployment', { replaced: 1 }), /replaced one that came later/],
      [changed('release', { number: 2 }), /does not stand behind its release/],
      [changed('release', { hash: lines.find(({ kind }) => kind === 'release')?.['hash'] }, 1), /content of another one/],
      [changed('release', { plugin: other }), /does not stand with its plugin/],
      [changed('release', { manifest: { entry: 'index.ts', lane: 'NO' } }), /has no valid manifest/],
      [
        changed('content', {
          files: [
            ['a.ts', ''],
            ['a.ts', 'x'],
          ],
        }),
        /has a file twice/,
      ],
      [changed('plugin', { nextRelease: 2 }, 1), /has a number that cannot stand there/],
      [changed('plugin', { live: 7 }, 1), /of which not all that is live is there/],
      [changed('plugin', { live: 1 }), /is live and removed/],
      [changed('plugin', { plugin: 'zzz/a/b' }), /\(plugin of .*\) is not in the order of ids/],
      [changed('rollout', { base: 9 }), /names a release that is not there/],
      [changed('rollout', { step: 30 }), /names a step or a deployment/],
      [changed('rollout', { deployment: 9 }), /names a step or a deployment/],
      [changed('rollout', { number: 9 }), /has a number that cannot stand there/],
      [changed('capsule', { release: 9 }), /names a release that is not there/],
      [changed('capsule', { summary: '{}' }), /holds no failure/],
      [changed('capsule', { summary: JSON.stringify({ ...summary, at: 1e300 }) }), /holds no failure/],
      [changed('capsule', { content: '[' }), /holds no failure/],
      [changed('once', { release: 9 }), /names a release or deployment that is not there/],
      [changed('change', { plugin: 'a/b/c' }), /never was/],
      [changed('change', { number: 99 }), /not in the order of numbers/],
      [changed('budget', { scope: 'zzz' }), /not in the order of scopes/],
      [changed('budget', { version: 2 }), /the version of another one/],
      [changed('budget', { calls: null }), /bounds nothing/],
      [sealed([lines[0], lines[1], ...lines.slice(1)]), /is there twice/],
      [sealed([...lines, lines[2]]), /does not stand where rows of its kind do/],
    ] as const) {
      await refused(made as Buffer, words);
    }
  });

  it('is taken from a nbox whose exports had no budgets', async () => {
    const old = lines.filter(({ kind }) => kind !== 'budget').map((line, i) => (i === 0 ? { ...line, version: 1 } : line));
    const text = gunzipSync(sealed(old)).toString().replace(',"budget":0', '');
    assert.ok(!text.includes('budget'));
    const { rows: read } = await readAll(gzipSync(text));
    assert.deepEqual(
      read,
      rows.filter(({ kind }) => kind !== 'budget'),
    );
  });

  it('is refused where more comes out of it than may', async () => {
    const text = gunzipSync(file);
    await refused(file, /Unpacked it has more than/, text.length - 1);
    assert.equal((await readAll(file, text.length)).rows.length, rows.length);
    // 130 MiB in one line: some 130 KB of a file.
    const bomb = gzipSync(Buffer.concat([gunzipSync(sealed(lines)).subarray(0, -1), Buffer.alloc(130 * 1_048_576, ' ')]));
    await refused(bomb, /A line of it has more than 134217728 bytes/);
  });
});
