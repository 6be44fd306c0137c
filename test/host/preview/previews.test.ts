/** host/preview/previews.ts: how long previews are there, how many, and what they hold. */

import assert from 'node:assert/strict';
import { type ErrorCode, isNboxError, NboxError } from '../../../guards/errors.ts';
import { PreviewImages } from '../../../host/preview/images.ts';
import type { NewPreview, PreviewRequest } from '../../../host/preview/preview.ts';
import { Previews, type PreviewsParts } from '../../../host/preview/previews.ts';
import { Preparer } from '../../../host/release/preparer.ts';
import { Registry } from '../../../host/release/registry.ts';
import type { LiveRelease } from '../../../host/release/release.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { parsePluginId } from '../../../loader/plugin-id.ts';
import { FakeBuilder, FakeLoader, quietLog, TempDir } from '../doubles.ts';

const rejects = (promise: Promise<unknown>, code: ErrorCode) => assert.rejects(promise, (error) => isNboxError(error, code));

describe('Previews', () => {
  let temp: TempDir;
  let store: SqliteStore;
  let loader: FakeLoader;
  let builder: FakeBuilder;
  let images: PreviewImages;
  let previews: Previews;
  let ended: string[];
  let cut: LiveRelease[];
  let now: number;

  async function start(more: Partial<PreviewsParts> = {}): Promise<void> {
    await previews?.close();
    loader = new FakeLoader();
    builder = new FakeBuilder();
    images = new PreviewImages();
    [ended, cut, now] = [[], [], 1_000];
    const clock = { now: () => 1_700_000_000_000 + now, elapsed: () => now };
    const registry = new Registry(() => assert.fail('it is none of the registry’s'));
    const making = { builder, loader, store, registry, clock, hasLane: () => true, dynamicCode: false, gates: [] };
    const told = { endStreams: (live: LiveRelease) => void cut.push(live), onEnded: (id: string) => void ended.push(id) };
    previews = new Previews({ preparer: new Preparer(making), images, clock, log: quietLog, most: 50, ...told, ...more });
  }

  function make(plugin: string, more: Partial<PreviewRequest> = {}): Promise<NewPreview> {
    const files = new Map([['index.ts', 'code']]);
    return previews.create({ plugin: parsePluginId(plugin), files, typecheck: 'strict', actor: 'a', ttlMs: 10_000, ...more });
  }
  const idOf = async (made: Promise<NewPreview>) => (await made).preview.id;
  const isThere = (id: string) => previews.find(id) !== undefined;

  before(() => {
    temp = new TempDir();
    store = new SqliteStore(temp.path);
  });
  beforeEach(() => start());
  after(async () => {
    await previews.close();
    await store.close();
    temp[Symbol.dispose]();
  });

  it('are over when their time is, whether or not anyone has looked', async () => {
    const first = await make('a/b/c', { ttlMs: 5_000 });
    const second = await make('a/b/c', { ttlMs: 9_000 });
    assert.equal(first.preview.expiresAt, 1_700_000_006_000);
    now = 5_999;
    previews.sweep();
    assert.deepEqual(ended, []);
    now = 6_000;
    assert.equal(previews.find(first.preview.id), undefined);
    assert.deepEqual([ended, first.preview.live.state], [[first.preview.id], 'closed']);
    assert.deepEqual(previews.list(first.preview.plugin), [second.preview]);
    now = 10_000;
    previews.sweep();
    assert.deepEqual(ended, [first.preview.id, second.preview.id]);
    assert.deepEqual([loader.loaded.size, images.bytes], [0, 0]);
  });

  it('leave what they hold to the calls that still run, and count it', async () => {
    const { preview } = await make('a/b/c');
    preview.live.lease();
    const { bytes } = images;
    previews.delete(preview.plugin, preview.id);
    assert.deepEqual([cut, ended, preview.live.state], [[preview.live], [preview.id], 'draining']);
    assert.equal(images.bundle(preview.live.release).code, 'code');
    assert.equal(images.bytes, bytes);
    preview.live.giveBack();
    assert.deepEqual([images.bytes, loader.loaded.size], [0, 0]);
    assert.throws(() => images.bundle(preview.live.release), NboxError);
  });

  it('have tokens of 256 bits, of which only the hash is kept', async () => {
    const { preview, token } = await make('a/b/c');
    assert.match(token, /^nboxp_[\w-]{43}$/);
    assert.ok(preview.isToken(token) && !preview.isToken(token.slice(1)) && !preview.isToken(''));
    assert.ok(!JSON.stringify(preview).includes(token));
    assert.throws(() => previews.of(parsePluginId('a/b/d'), preview.id), NboxError);
  });

  it('of which a host is full make room where there are the most', async () => {
    await start({ most: 4 });
    const b = await idOf(make('b/b/b'));
    const a = [await idOf(make('a/a/a')), await idOf(make('a/a/a')), await idOf(make('a/a/a'))];
    const c = await idOf(make('c/c/c'));
    assert.deepEqual([b, ...a, c].map(isThere), [true, false, true, true, true]);
    const d = await idOf(make('d/d/d'));
    assert.deepEqual([b, ...a, c, d].map(isThere), [true, false, false, true, true, true]);
    // Each has one: the oldest goes.
    const e = await idOf(make('e/e/e'));
    assert.deepEqual([b, ...a, c, d, e].map(isThere), [false, false, false, true, true, true, true]);
  });

  it('hold no more than they may: others make room, and what cannot fit is refused and ends none', async () => {
    const files = (chars: number) => new Map([['index.ts', 'x'.repeat(chars)]]);
    await start({ mostBytes: 10_000 });
    const ids = [];
    // 2,000 and some bytes each: the source and the bundle, at two bytes a character.
    for (const plugin of ['a/a/a', 'b/b/b', 'c/c/c', 'd/d/d', 'e/e/e']) ids.push(await idOf(make(plugin, { files: files(500) })));
    assert.deepEqual(ids.map(isThere), [false, true, true, true, true]);
    await rejects(make('f/f/f', { files: files(3_000) }), 'too_many_previews');
    assert.deepEqual([ids.filter(isThere).length, loader.loaded.size], [4, 4]);
    assert.ok(images.bytes <= 10_000);
    for (const id of ids.slice(1)) previews.find(id)?.live.lease();
    const held = ids.slice(1).map((id) => previews.find(id)?.live as LiveRelease);
    for (const id of ids.slice(1)) previews.delete(previews.find(id)?.plugin as never, id);
    await rejects(make('f/f/f', { files: files(500) }), 'too_many_previews');
    for (const live of held) live.giveBack();
    assert.ok(isThere(await idOf(make('f/f/f', { files: files(500) }))));
  });

  it('that cannot be built, tried or loaded leave nothing', async () => {
    await rejects(make('a/b/c', { files: new Map([['index.ts', 'TYPE ERROR']]) }), 'type_errors');
    loader.failProbe = new NboxError('probe_failed', 'no');
    await rejects(make('a/b/c'), 'probe_failed');
    loader.failProbe = undefined;
    loader.failLoad = new NboxError('publish_failed', 'no');
    await rejects(make('a/b/c'), 'publish_failed');
    assert.deepEqual([previews.list(parsePluginId('a/b/c')), loader.loaded.size, images.bytes], [[], 0, 0]);
  });

  it('are made one at a time, and one author’s many do not keep out another’s', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    builder.gate = promise;
    const many = Array.from({ length: 30 }, () =>
      make('a/a/a').then(
        () => 'made',
        (error: NboxError) => error.code,
      ),
    );
    const other = make('b/b/b');
    await new Promise((ok) => setImmediate(ok));
    assert.equal(builder.requests.length, 1);
    resolve();
    const outcomes = await Promise.all(many);
    assert.deepEqual([outcomes.filter((one) => one === 'made').length, outcomes.filter((one) => one === 'builder_busy').length], [16, 14]);
    assert.ok(isThere((await other).preview.id));
    // Behind the first of the other's, and before all its others.
    assert.equal(builder.requests[1]?.plugin, 'b/b/b');
  });

  it('of large sources do not wait in any number', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    builder.gate = promise;
    const files = new Map([['index.ts', 'x'.repeat(10 * 1_048_576)]]);
    const first = ['a/a/a', 'b/b/b', 'c/c/c'].map((plugin) => make(plugin, { files }));
    await rejects(make('d/d/d', { files }), 'builder_busy');
    resolve();
    await Promise.all(first);
    assert.ok(isThere(await idOf(make('d/d/d', { files }))));
  });

  it('are refused by a host that stops, and by one that has none', async () => {
    await previews.close();
    await rejects(make('a/b/c'), 'stopping');
    await start({ most: 0 });
    await rejects(make('a/b/c'), 'previews_off');
  });
});
