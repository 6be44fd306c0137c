import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import type { BuildRequest } from '../../../loader/build.ts';
import { DeadlySources, deadlySourceLimits } from '../../../loader/builder/deadly-sources.ts';
import { parseManifest } from '../../../loader/manifest.ts';

function requestOf(source: string, file = 'index.ts'): BuildRequest {
  return { plugin: 'a/b/c', files: new Map([[file, source]]), manifest: parseManifest({}, [file]), typecheck: 'strict' };
}

const error = new NboxError('builder_failed', 'The builder crashed');

describe('DeadlySources', () => {
  it('knows a source by its content, whichever plugin it is pushed as', () => {
    const deadly = new DeadlySources(() => 0);
    assert.equal(deadly.find(requestOf('a')), undefined);
    deadly.add(requestOf('a'), error);
    const found = deadly.find({ ...requestOf('a'), plugin: 'd/e/f' });
    assert.deepEqual([found?.code, found?.message, found?.details.retryAfterS], ['builder_failed', 'The builder crashed', 60]);
    for (const other of [requestOf('b'), requestOf('a', 'index.js'), { ...requestOf('a'), typecheck: 'warn' as const }]) {
      assert.equal(deadly.find(other), undefined);
    }
  });

  it('forgets after a minute', () => {
    let nowMs = 0;
    const deadly = new DeadlySources(() => nowMs);
    deadly.add(requestOf('a'), error);
    nowMs = deadlySourceLimits.forMs - 1;
    assert.equal(deadly.find(requestOf('a'))?.details.retryAfterS, 1);
    nowMs = deadlySourceLimits.forMs;
    assert.equal(deadly.find(requestOf('a')), undefined);
  });

  it('keeps the latest 100', () => {
    const deadly = new DeadlySources(() => 0);
    for (let i = 0; i <= deadlySourceLimits.entries; i += 1) deadly.add(requestOf(String(i)), error);
    assert.equal(deadly.find(requestOf('0')), undefined);
    assert.ok(deadly.find(requestOf('1')));
    assert.ok(deadly.find(requestOf(String(deadlySourceLimits.entries))));
  });
});
