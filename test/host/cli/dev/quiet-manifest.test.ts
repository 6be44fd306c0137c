/** host/cli/dev/quiet-manifest.ts */

import assert from 'node:assert/strict';
import { withoutReplays } from '../../../../host/cli/dev/quiet-manifest.ts';

const manifestOf = (files: Record<string, string>) =>
  JSON.parse((withoutReplays({ files }) as { files: Record<string, string> }).files['nbox.json'] as string);

describe('withoutReplays(body)', () => {
  it('turns replays off where the manifest says nothing of gates, and leaves the rest', () => {
    assert.deepEqual(manifestOf({ 'nbox.json': '{"owner":"a"}' }), { owner: 'a', gates: { replay: 'off' } });
    assert.deepEqual(withoutReplays({ source: 'x' }), { source: 'x', manifest: { gates: { replay: 'off' } } });
    assert.deepEqual(withoutReplays({ files: { 'a.js': '' }, manifest: { entry: 'a.js' } })['manifest'], {
      ...{ gates: { replay: 'off' }, entry: 'a.js' },
    });
  });

  it('leaves alone what says something itself, is no manifest, or may have it in package.json', () => {
    for (const body of [
      { files: { 'nbox.json': '{"gates":{"replay":"block"}}' } },
      { files: { 'nbox.json': '{"owner":' } },
      { files: { 'nbox.json': '[]' } },
      { files: { 'package.json': '{"nbox":{}}' } },
    ])
      assert.equal(withoutReplays(body), body);
  });

  it('keeps a file that is called __proto__', () => {
    const files = JSON.parse('{"__proto__":"x","nbox.json":"{}"}');
    const sent = (withoutReplays({ files }) as { files: Record<string, string> }).files;
    assert.deepEqual(Object.keys(sent).sort(), ['__proto__', 'nbox.json']);
  });
});
