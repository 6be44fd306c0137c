import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

describe('keepTickShape()', () => {
  it('keeps one of the objects of process.nextTick, whose hidden class those after collections have, too', () => {
    const module = JSON.stringify(join(import.meta.dirname, '../../host/tick-shape.ts'));
    const source = `
      import { executionAsyncResource } from 'node:async_hooks';
      import { keepTickShape } from ${module};
      const kept = await keepTickShape().then((tick) => new WeakRef(tick));
      for (let i = 0; i < 300; i += 1) await new Promise((resolve) => process.nextTick(resolve));
      for (let i = 0; i < 3; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
      }
      const isSame = await new Promise((resolve) => process.nextTick(() => {
        const tick = kept.deref();
        resolve(tick !== undefined && tick !== executionAsyncResource() && %HaveSameMap(tick, executionAsyncResource()));
      }));
      console.log(isSame);
    `;
    const flags = ['--expose-gc', '--allow-natives-syntax', '--input-type=module', '-e', source];
    assert.equal(execFileSync(process.execPath, flags, { encoding: 'utf8' }), 'true\n');
  });
});
