/** Addresses of views: what is written is read again, and what is read is written the same. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseQuery, searchOf, sharedOf } from '../../../../host/dashboard/app/routes/query.ts';
import { isPluginId, match, pathOf, pluginTabs, type Route } from '../../../../host/dashboard/app/routes/route.ts';
import { isView } from '../../../../host/dashboard/views.ts';

const part = fc.stringMatching(/^[a-z0-9-]{1,63}$/);
const plugin = fc.tuple(part, part, part).map((parts) => parts.join('/'));
const routes: fc.Arbitrary<Route> = fc.oneof(
  fc.constantFrom<Route>(
    ...(['overview', 'plugins', 'releases', 'hygiene', 'audit', 'tokens', 'settings'] as const).map((view) => ({ view })),
  ),
  fc.record({ view: fc.constant('plugin' as const), plugin, tab: fc.constantFrom(...pluginTabs) }, { noNullPrototype: true }),
  fc.record({ view: fc.constant('editor' as const), plugin: fc.option(plugin, { nil: undefined }) }, { noNullPrototype: true }),
);

describe('routes', () => {
  it('are read from what is written of them, whatever the plugin', () => {
    fc.assert(fc.property(routes, (route) => assert.deepEqual(match(pathOf(route)), route)));
  });

  it('have the page on the host’s side', () => {
    fc.assert(fc.property(routes, (route) => assert.equal(isView(pathOf(route)), true)));
  });

  it('are one for each path: what is read of any path is read of what is written of it', () => {
    fc.assert(fc.property(fc.webPath(), (path) => assert.deepEqual(match(pathOf(match(path))), match(path))));
  });

  it('take a slash at the end', () => {
    assert.deepEqual(match('/plugins/'), { view: 'plugins' });
    assert.deepEqual(match('/plugins/a/b/c/'), { view: 'plugin', plugin: 'a/b/c', tab: 'overview' });
  });

  it('are nowhere for all else', () => {
    for (const path of [
      '/nowhere',
      '/plugins/a',
      '/plugins/a/b',
      '/plugins/a/b/c/d',
      '/plugins/a/b/c/logs/x',
      '/plugins/A/b/c',
      '/editor/a',
      '//',
      '/v1/plugins',
    ]) {
      assert.deepEqual(match(path), { view: 'nowhere', path });
    }
  });

  it('know a plugin’s id', () => {
    for (const id of ['a/b/c', '0/-/x'.repeat(1)]) assert.equal(isPluginId(id), true, id);
    for (const id of ['', 'a/b', 'a/b/c/d', 'a//c', 'A/b/c', `${'a'.repeat(64)}/b/c`, 'a/b/ c']) assert.equal(isPluginId(id), false, id);
  });
});

describe('queries', () => {
  it('are read from what is written of them', () => {
    const names = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ minLength: 1 }), { noNullPrototype: true }), (query) => {
        assert.deepEqual({ ...parseQuery(searchOf(query)) }, query);
      }),
    );
  });

  it('leave out what is not set, and are the same text whatever the order', () => {
    assert.equal(searchOf({ b: '1', a: undefined, c: '' }), '?b=1');
    assert.equal(searchOf({}), '');
    assert.equal(searchOf({ b: '1', a: '2' }), searchOf({ a: '2', b: '1' }));
  });

  it('give the page’s time to the next view, and nothing else', () => {
    assert.deepEqual(sharedOf(parseQuery('?range=6h&q=price&from=1&to=2')), { range: '6h', from: '1', to: '2' });
  });
});
