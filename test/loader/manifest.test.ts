import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isNboxError } from '../../guards/errors.ts';
import { defaultLimits, limitBounds } from '../../guards/limits.ts';
import { manifestJsonSchema, parseManifest } from '../../loader/manifest.ts';

function refusal(input: unknown, files = ['index.ts']) {
  try {
    parseManifest(input, files);
  } catch (error) {
    if (isNboxError(error)) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseManifest(input, files)', () => {
  it('of nothing is all defaults, frozen', () => {
    const manifest = parseManifest(undefined, ['index.ts']);
    assert.deepEqual(manifest, {
      owner: '',
      description: '',
      entry: 'index.ts',
      lane: 'standard',
      idempotent: false,
      isolation: 'shared',
      limits: defaultLimits,
      egress: [],
      dynamicCode: false,
    });
    assert.ok(Object.isFrozen(manifest) && Object.isFrozen(manifest.limits) && Object.isFrozen(manifest.egress));
  });

  it('keeps what it says, and fills in the rest', () => {
    const manifest = parseManifest({ owner: 'me', entry: './main.js', limits: { cpuMs: 5 } }, ['main.js', 'index.ts']);
    assert.deepEqual([manifest.owner, manifest.entry, manifest.limits.cpuMs, manifest.limits.queue], ['me', 'main.js', 5, 256]);
  });

  it('has a release key where it names one, a header’s name in small letters', () => {
    assert.deepEqual(parseManifest({ releaseKey: { header: 'X-User-Id' } }, ['index.ts']).releaseKey, { header: 'x-user-id' });
    assert.deepEqual(parseManifest({ releaseKey: { query: 'user' } }, ['index.ts']).releaseKey, { query: 'user' });
  });

  for (const [input, pointer] of [
    [{ nope: 1 }, '/manifest/nope'],
    [{ owner: 7 }, '/manifest/owner'],
    [{ limits: { cpuMs: '5' } }, '/manifest/limits/cpuMs'],
    [{ limits: { 'a/b~c': 1 } }, '/manifest/limits/a~1b~0c'],
    [{ lane: 'Critical' }, '/manifest/lane'],
    [{ lane: '' }, '/manifest/lane'],
    [{ idempotent: 1 }, '/manifest/idempotent'],
    [{ isolation: 'call' }, '/manifest/isolation'],
    [{ dynamicCode: 'true' }, '/manifest/dynamicCode'],
    [{ releaseKey: 'x-user' }, '/manifest/releaseKey'],
    [{ releaseKey: {} }, '/manifest/releaseKey'],
    [{ releaseKey: { header: 'x user' } }, '/manifest/releaseKey/header'],
    [{ releaseKey: { header: 'x-user', cookie: 'user' } }, '/manifest/releaseKey'],
    [{ egress: 'api.example.com' }, '/manifest/egress'],
    [{ egress: ['api.example.com', 'https://api.example.com/'] }, '/manifest/egress/1'],
    [{ egress: ['*'] }, '/manifest/egress/0'],
    [{ egress: [''] }, '/manifest/egress/0'],
    [{ egress: [1] }, '/manifest/egress/0'],
    [{ egress: Array(101).fill('a.example') }, '/manifest/egress'],
    [[], '/manifest'],
    ['x', '/manifest'],
  ] as const) {
    it(`refuses ${JSON.stringify(input)} at ${pointer}`, () => {
      const error = refusal(input);
      assert.deepEqual([error.code, error.details.pointer], ['invalid_manifest', pointer]);
    });
  }

  for (const [name, [least, most]] of Object.entries(limitBounds)) {
    it(`takes limits.${name} from ${least} to ${most}`, () => {
      for (const value of [least, most]) {
        assert.equal(parseManifest({ limits: { [name]: value } }, ['index.ts']).limits[name as keyof typeof limitBounds], value);
      }
      for (const value of [least - 1, most + 1, least + 0.5, Number.NaN]) {
        assert.equal(refusal({ limits: { [name]: value } }).details.pointer, `/manifest/limits/${name}`);
      }
    });
  }

  it('keeps the hosts of egress in their normal form', () => {
    const { egress } = parseManifest({ egress: ['API.example.com.', '*.example.com:8443', '0x7f.1:9000', '::1'] }, ['index.ts']);
    assert.deepEqual(egress, ['api.example.com', '*.example.com:8443', '127.0.0.1:9000', '[::1]']);
    assert.match(refusal({ egress: ['http://a.example'] }).details.detail, /"http:\/\/a\.example" is no host: write "api\.example\.com"/);
  });

  it('refuses an entry that is not there, and a source without one', () => {
    assert.equal(refusal({ entry: 'x.ts' }).details.pointer, '/manifest/entry');
    assert.equal(refusal({}, ['lib.ts']).code, 'invalid_source');
  });

  it('has the JSON Schema that is published for editors', () => {
    const published = JSON.parse(readFileSync(new URL('../../docs/nbox.schema.json', import.meta.url), 'utf8'));
    assert.deepEqual(published, JSON.parse(JSON.stringify(manifestJsonSchema())));
  });
});
