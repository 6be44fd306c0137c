/** The files that are being written: changes, and what is published of them. */

import assert from 'node:assert/strict';
import { Workspace, withOwnLineEnds } from '../../../../../host/dashboard/app/views/editor/workspace.ts';

describe('Workspace', () => {
  const of = (files: Record<string, string>) => new Map(Object.entries(files));
  let workspace: Workspace;
  beforeEach(() => {
    workspace = new Workspace();
    workspace.open({ release: 1, deployment: 2, files: of({ 'index.ts': 'a\r\nb', 'lib/a.ts': 'x' }) });
  });
  const changes = () => workspace.changes.value.map(({ file, change }) => `${change} ${file}`);

  it('opens the entry, and has nothing changed', () => {
    assert.deepEqual([workspace.active.value, changes(), workspace.isChanged.value], ['index.ts', [], false]);
    assert.equal(workspace.files.value.get('index.ts'), 'a\nb');
  });

  it('knows what was changed, added, renamed and taken away', () => {
    workspace.write('index.ts', 'b');
    workspace.add('new.ts', '1');
    workspace.rename('lib/a.ts', 'lib/b.ts');
    assert.deepEqual(changes(), ['changed index.ts', 'removed lib/a.ts', 'added lib/b.ts', 'added new.ts']);
    workspace.remove('new.ts');
    workspace.restore('lib/a.ts');
    workspace.restore('lib/b.ts');
    workspace.restore('index.ts');
    assert.deepEqual(changes(), []);
  });

  it('goes on with another file where the open one is gone', () => {
    workspace.add('new.ts');
    assert.equal(workspace.active.value, 'new.ts');
    workspace.rename('new.ts', 'newer.ts');
    assert.equal(workspace.active.value, 'newer.ts');
    workspace.remove('newer.ts');
    assert.equal(workspace.active.value, 'index.ts');
  });

  it('shows places in files that there are, and in no others', () => {
    workspace.show({ file: 'lib/a.ts', line: 3, column: 1 });
    assert.deepEqual([workspace.active.value, workspace.target.value?.line], ['lib/a.ts', 3]);
    workspace.show({ file: 'node:internal', line: 1, column: 1 });
    assert.equal(workspace.active.value, 'lib/a.ts');
  });

  it('has nothing changed once it was published', () => {
    workspace.write('index.ts', 'b');
    workspace.published(2, 3, workspace.files.value);
    assert.deepEqual([changes(), workspace.base.value.deployment], [[], 3]);
  });

  it('publishes what was not touched as it was, line ends included', () => {
    const live = of({ 'index.ts': 'a\r\nb', 'lib/a.ts': 'x\r\ny' });
    workspace.open({ release: 1, deployment: 2, files: live });
    workspace.write('lib/a.ts', 'x\nz');
    assert.deepEqual(Object.fromEntries(withOwnLineEnds(workspace.files.value, live)), { 'index.ts': 'a\r\nb', 'lib/a.ts': 'x\nz' });
  });
});
