/** host/preview/reply-headers.ts */

import assert from 'node:assert/strict';
import { previewHeaders } from '../../../host/preview/reply-headers.ts';

const own = ['nbox-preview', 'id', 'cache-control', 'no-store', 'x-robots-tag', 'noindex'];
const cookie = (value: string) => previewHeaders(['set-cookie', value], 'id').slice(0, -own.length)[1];

describe('previewHeaders(headers, id)', () => {
  it('are the plugin’s, but for those that reach beyond the preview', () => {
    const headers = ['X-A', '1', 'Cache-Control', 'public', 'EXPIRES', '0', 'Alt-Svc', 'x', 'x-a', '2'];
    assert.deepEqual(previewHeaders(headers, 'id'), ['X-A', '1', 'x-a', '2', ...own]);
  });

  it('have cookies of the preview’s path alone', () => {
    assert.equal(cookie('a=1'), 'a=1; Path=/~preview/id');
    assert.equal(cookie('a=1; PATH = /; Domain; Secure;HttpOnly; pathology=1'), 'a=1; Secure;HttpOnly; pathology=1; Path=/~preview/id');
  });

  it('have none that a browser would take for the token’s', () => {
    for (const value of [
      'nbox-preview-token=x',
      ' NBOX-preview-token = x',
      '=nbox-preview-token=x; Path=/',
      '= = nbox-preview-token=x',
      'nbox-preview-token',
    ]) {
      assert.equal(cookie(value), undefined, value);
    }
    assert.ok(cookie('a=nbox-preview-token=x')?.startsWith('a='));
  });
});
