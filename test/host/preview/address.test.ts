/** host/preview/address.ts */

import assert from 'node:assert/strict';
import { matchPath } from '../../../host/ingress/route.ts';
import { isPreviewTarget, previewPath, previewTarget } from '../../../host/preview/address.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';

const id = '0123456789abcdef0123';

describe('previewTarget(target)', () => {
  it('is the preview and the path that it sees', () => {
    assert.equal(previewPath(id), `/~preview/${id}`);
    for (const [rest, path] of [
      ['', '/'],
      ['/', '/'],
      ['?a=/b', '/?a=/b'],
      ['/x/../y?z', '/x/../y?z'],
    ] as const) {
      assert.deepEqual(previewTarget(`/~preview/${id}${rest}`), { id, path }, rest);
    }
  });

  it('is none where the id is none', () => {
    for (const rest of [
      '',
      'x',
      `${id}0/`,
      `${id}#`,
      `${id};/`,
      `${id.toUpperCase()}/`,
      `/${id}/`,
      `${id.slice(1)}/`,
      `%30${id.slice(1)}/`,
    ]) {
      assert.ok(isPreviewTarget(`/~preview/${rest}`));
      assert.equal(previewTarget(`/~preview/${rest}`), undefined, rest);
    }
  });

  it('is never that of a plugin', () => {
    for (const target of ['/~preview', '/~Preview/x/y', '/demo/~preview/x', '//~preview/x']) assert.ok(!isPreviewTarget(target), target);
    assert.throws(() => parsePluginId(matchPath(`/~preview/${id}/x/y`)?.plugin as string), { code: 'invalid_plugin_id' });
  });
});
