import assert from 'node:assert/strict';
import { PluginMarks } from '../../../host/hygiene/plugin-marks.ts';

describe('PluginMarks', () => {
  it('knows a plugin again by its mark, which says nothing of it', () => {
    const marks = new PluginMarks();
    const mark = marks.of('a/b/secret');
    assert.match(mark, /^[\w-]{12}$/);
    assert.equal(marks.of('a/b/secret'), mark);
    assert.notEqual(marks.of('a/b/other'), mark);
    assert.equal(marks.pluginOf(mark), 'a/b/secret');
    assert.equal(new PluginMarks().pluginOf(mark), undefined);
    assert.notEqual(new PluginMarks().of('a/b/secret'), mark);
  });

  it('forgets those that it marked first where there are too many', () => {
    const marks = new PluginMarks();
    const first = marks.of('a/b/first');
    for (let i = 0; i < 20_000; i++) marks.of(`a/b/p${i}`);
    assert.equal(marks.pluginOf(first), undefined);
    assert.equal(marks.pluginOf(marks.of('a/b/p0')), 'a/b/p0');
  });
});
