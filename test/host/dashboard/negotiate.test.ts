/** What a client takes, and what it has already. */

import assert from 'node:assert/strict';
import { type Encoding, encodingFor, encodings, hasAlready } from '../../../host/dashboard/negotiate.ts';

describe('encodingFor(accepted, available)', () => {
  const all: ReadonlySet<Encoding> = new Set(encodings);
  const cases: readonly [string | undefined, Encoding][] = [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['br;q=0, gzip;q=0', 'identity'],
    ['*', 'br'],
    ['*;q=0.3, br;q=0', 'gzip'],
    ['identity, br;q=0.1', 'identity'],
    ['br;q=high', 'identity'],
    ['br;q=7', 'identity'],
    ['*;q=0', 'identity'],
    [' , ;q=1, br', 'br'],
  ];
  for (const [accepted, encoding] of cases) {
    it(`${JSON.stringify(accepted)} is ${encoding}`, () => assert.equal(encodingFor(accepted, all), encoding));
  }

  it('gives what there is', () => {
    assert.equal(encodingFor('br, gzip', new Set<Encoding>(['identity', 'gzip'])), 'gzip');
    assert.equal(encodingFor('br', new Set<Encoding>(['identity'])), 'identity');
  });

  it('reads no more than a head of what has thousands of parts', () => {
    assert.equal(encodingFor(`${'a,'.repeat(60)}br`, all), 'identity');
  });
});

describe('hasAlready(ifNoneMatch, etag)', () => {
  const etag = '"abc-br"';
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, ' * '])
    it(`${header} does`, () => assert.equal(hasAlready(header, etag), true));
  for (const header of [undefined, '', '"abc"', '"abc-gzip"', 'abc-br'])
    it(`${header} does not`, () => assert.equal(hasAlready(header, etag), false));
});
