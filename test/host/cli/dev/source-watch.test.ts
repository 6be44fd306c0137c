/** host/cli/dev/source-watch.ts */

import assert from 'node:assert/strict';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SourceWatch } from '../../../../host/cli/dev/source-watch.ts';
import { TempDir } from '../../doubles.ts';

describe('SourceWatch', () => {
  let temp: TempDir;
  let watch: SourceWatch;
  let looks: number[];
  let wake: () => void;
  const looked = () => new Promise<void>((resolve) => (wake = resolve));

  async function start(path: string, isFile: boolean): Promise<void> {
    watch = new SourceWatch({
      ...{ path, isFile, now: Date.now, failed: (error) => assert.fail(String(error)) },
      look(savedAt) {
        looks.push(savedAt);
        wake();
      },
    });
    await watch.start();
  }

  beforeEach(() => {
    temp = new TempDir();
    looks = [];
    wake = () => {};
  });
  afterEach(async () => {
    await watch.close();
    temp[Symbol.dispose]();
  });

  it('tells of each way to save: written, put in place, new, gone', async () => {
    const file = temp.write('index.ts', 'one');
    await start(temp.path, false);
    for (const change of [
      () => writeFileSync(file, 'two'),
      () => {
        temp.write('.index.ts.tmp', 'three');
        renameSync(join(temp.path, '.index.ts.tmp'), file);
      },
      () => temp.write('deep/er/more.ts', 'x'),
      () => temp.write('package-lock.json', '{}'),
    ]) {
      const seen = looked();
      change();
      await seen;
    }
  });

  it('tells when it was saved by the time of the file, unless that is long past', async () => {
    const file = temp.write('index.ts', 'one');
    await start(temp.path, false);
    const seen = looked();
    const before = Date.now();
    writeFileSync(file, 'two');
    await seen;
    // A file's time comes from a clock of a coarser step.
    assert.ok((looks[0] as number) >= before - 20 && (looks[0] as number) <= Date.now());
    const again = looked();
    const moved = Date.now();
    utimesSync(file, 1, 1);
    await again;
    assert.ok((looks.at(-1) as number) >= moved - 20);
  });

  it('says nothing of what is no source: hidden files, libraries, images, other files beside a lone one', async () => {
    temp.write('plugin/index.ts', 'one');
    await start(join(temp.path, 'plugin'), false);
    temp.write('plugin/.nbox/types/x.d.ts', 'x');
    temp.write('plugin/node_modules/a/index.js', 'x');
    temp.write('plugin/picture.png', 'x');
    const seen = looked();
    temp.write('plugin/index.ts', 'two');
    await seen;
    assert.ok(looks.length <= 2);
    await watch.close();

    looks = [];
    await start(temp.write('lone.ts', 'one'), true);
    temp.write('other.ts', 'x');
    const lone = looked();
    temp.write('lone.ts', 'two');
    await lone;
    assert.ok(looks.length <= 2);
  });
});
