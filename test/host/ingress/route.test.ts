import assert from 'node:assert/strict';
import { matchPath } from '../../../host/ingress/route.ts';

describe('matchPath(url)', () => {
  for (const [url, plugin, path] of [
    ['/d/g/n', 'd/g/n', '/'],
    ['/d/g/n/', 'd/g/n', '/'],
    ['/d/g/n/x/y?z=1', 'd/g/n', '/x/y?z=1'],
    ['/d/g/n?z=/1', 'd/g/n', '/?z=/1'],
    ['/d/g/n//evil.example/', 'd/g/n', '//evil.example/'],
    ['/a/b/..%2f..', 'a/b/..%2f..', '/'],
  ] as const) {
    it(`${url} is ${path} of ${plugin}`, () => assert.deepEqual(matchPath(url), { plugin, path }));
  }

  for (const url of ['/', '/d', '/d/g', '/d?a/b/c', '/d/g?/n', '*']) {
    it(`${url} is no plugin's`, () => assert.equal(matchPath(url), undefined));
  }
});
