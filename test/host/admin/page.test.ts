/** host/admin/page.ts, and the lists that have pages. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { pageOf } from '../../../host/admin/page.ts';
import { operations } from '../../../host/api/operations.ts';
import { paging } from '../../../host/api/paging.ts';
import { AdminHost } from './admin-host.ts';

const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const all = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }));
const page = (rows: typeof all, limit?: number, cursor?: string) => pageOf('letters', rows, ({ id }) => id, { limit, cursor });

describe('pageOf(list, rows, placeOf, asked)', () => {
  it('has everything once, page by page', () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { rows, next } = page(all, 2, cursor);
      seen.push(...ids(rows));
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e']);
  });

  it('has no next page where the last row is in this one', () => {
    assert.equal(page(all, 5).next, null);
    assert.equal(page(all).next, null);
    assert.equal(page([], 1).next, null);
  });

  it('goes on behind what was answered, whatever was added or removed', () => {
    const { next } = page(all, 2);
    const changed = ['a', 'aa', 'c', 'd'].map((id) => ({ id }));
    assert.deepEqual(ids(page(changed, 2, next ?? '').rows), ['c', 'd']);
  });

  it('goes down by numbers', () => {
    const rows = [9, 8, 7];
    const { next } = pageOf('numbers', rows, (row) => row, { limit: 1, cursor: undefined });
    assert.deepEqual(pageOf('numbers', [10, ...rows], (row) => row, { limit: undefined, cursor: next ?? '' }).rows, [8, 7]);
  });

  it('refuses a cursor that it has not given', () => {
    const given = page(all, 2).next ?? '';
    const others = [
      'x',
      '',
      'bnVsbA',
      Buffer.from('[]').toString('base64url'),
      Buffer.from('["others","b"]').toString('base64url'),
      `${given}=`,
      `${given}A`,
    ];
    for (const cursor of others)
      assert.throws(
        () => page(all, 2, cursor),
        (error) => isNboxError(error, 'invalid_query'),
        cursor,
      );
  });
});

describe('lists with pages', () => {
  const lists = operations.filter(({ query }) => query['cursor'] === paging.cursor);

  it('are those that may be long', () => {
    assert.deepEqual(lists.map(({ operation }) => operation).sort(), [
      'listBreakers',
      'listBudgets',
      'listDeployments',
      'listPlugins',
      'listReleases',
      'listRollouts',
      'listTokens',
    ]);
  });

  it('are the whole list in the end, in its order', async () => {
    const host = await AdminHost.start();
    for (const name of ['one', 'two', 'three']) {
      for (const source of ['first', 'second', 'third']) await host.push({ source }, { path: `/v1/plugins/demo/hello/${name}` });
      await host.ask('POST', '/v1/tokens', { body: JSON.stringify({ name, scope: 'read', reach: 'demo' }) });
      await host.ask('PUT', `/v1/budgets/demo/hello/${name}`, { body: JSON.stringify({ window: '1m', calls: 1 }) });
      host.breakerOf(`demo/hello/${name}`).kill(0);
      const headers = { 'content-type': 'application/json' };
      for (const release of [1, 2]) {
        await host.ask('POST', `/v1/plugins/demo/hello/${name}/rollout`, { headers, body: JSON.stringify({ release }) });
        await host.ask('POST', `/v1/plugins/demo/hello/${name}/rollout/abort`, { headers, body: '{}' });
      }
    }
    for (const { pattern, answers } of lists) {
      const path = pattern.replace(':domain', 'demo').replace(':group', 'hello').replace(':name', 'two');
      const [field] = Object.entries((await host.ask('GET', path)).json as object).find(([, value]) => Array.isArray(value)) as [
        string,
        unknown,
      ];
      const whole = (await host.ask('GET', path)).json[field];
      assert.ok(whole.length >= 2, path);
      const paged: unknown[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { json } = await host.ask('GET', `${path}?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
        assert.equal(json[field].length, 1, path);
        paged.push(...json[field]);
        cursor = json.next;
      }
      assert.deepEqual(paged, whole, path);
      assert.ok(answers[200]?.json !== undefined);
    }
    await host.close();
  });
});
