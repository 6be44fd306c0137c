/** host/preview/images.ts */

import assert from 'node:assert/strict';
import { PreviewImages } from '../../../host/preview/images.ts';
import type { Release } from '../../../host/release/release.ts';

const release = { plugin: 'a/b/c', number: 0, preview: 'one' } as unknown as Release;
const bundle = { code: 'code', sourceMap: '{}', sites: [] };
const files = new Map([['index.ts', 'source']]);

describe('PreviewImages', () => {
  it('gives what it was given, until it is dropped', () => {
    const images = new PreviewImages();
    images.keep('one', bundle, { base: 'base', bytes: Buffer.from('abc') }, files);
    assert.equal(images.bundle(release), bundle);
    assert.deepEqual(images.snapshot(release), { base: 'base', bytes: Buffer.from('abc') });
    assert.equal(images.bytes, 2 * (4 + 2 + 8 + 6) + 3);
    images.saveSnapshot(release, { base: 'other', bytes: Buffer.from('abcdef') });
    assert.deepEqual([images.snapshot(release).base, images.bytes], ['other', 2 * 20 + 6]);
    images.drop('one');
    images.drop('one');
    images.saveSnapshot(release, { base: 'late', bytes: Buffer.from('abc') });
    assert.equal(images.bytes, 0);
    assert.throws(() => images.snapshot(release), { code: 'no_such_preview' });
  });

  it('keeps no snapshot that is very large: the modules are evaluated then', () => {
    const images = new PreviewImages();
    images.keep('one', bundle, { base: 'base', bytes: Buffer.alloc(9 * 1_048_576) }, files);
    assert.deepEqual(images.snapshot(release), { base: 'base', bytes: undefined });
    assert.equal(images.bytes, 40);
  });
});
