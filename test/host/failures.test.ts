import assert from 'node:assert/strict';
import { NboxError } from '../../guards/errors.ts';
import { CallError, nothingSpent } from '../../host/dispatch/dispatch.ts';
import { Failures } from '../../host/failures.ts';
import { createLogger } from '../../host/log.ts';
import { LiveRelease } from '../../host/release/release.ts';
import { parseManifest } from '../../loader/manifest.ts';
import { pluginId } from '../../loader/plugin-id.ts';

const manifest = parseManifest({}, ['index.ts']);
const live = new LiveRelease({ plugin: pluginId('a', 'b', 'c'), number: 1, hash: 'x', manifest, createdAt: 0 }, ['fetch'], 1, () => {});
const sites = [{ file: 'index.ts', line: 3, column: 5 }];

function failures() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const bundleOf = async () => ({ code: '', sourceMap: '{"version":3,"sources":[],"mappings":""}', sites });
  return { failures: new Failures({ bundleOf, log }), lines };
}

const thrown = new CallError('plugin_error', 'Error: password is hunter2', nothingSpent, { stack: 'at x (plugin.js:1:1)' });
const tripped = new CallError('loop_budget_exceeded', 'too often', nothingSpent, { site: 0 });

describe('Failures', () => {
  it('explain(live, error, false) hides the plugin’s words from callers, and logs them', async () => {
    const { failures: one, lines } = failures();
    const shown = await one.explain(live, thrown, false);
    assert.equal(shown.code, 'plugin_error');
    assert.ok(!JSON.stringify(shown.toProblem()).includes('hunter2'));
    assert.ok(JSON.stringify(lines).includes('hunter2'));
  });

  it('explain(live, error, true) shows words and place, however often', async () => {
    const { failures: one } = failures();
    assert.equal((await one.explain(live, thrown, true)).message, thrown.message);
    for (let i = 0; i < 50; i += 1) assert.deepEqual((await one.explain(live, tripped, true)).details.position, sites[0]);
  });

  it('explain(live, error, false) logs the place of a guard’s trip', async () => {
    const { failures: one, lines } = failures();
    const shown = await one.explain(live, tripped, false);
    assert.equal(shown.details.position, undefined);
    assert.deepEqual(lines[0]?.['position'], sites[0]);
  });

  it('explain(live, error, false) logs a few a second, and leaves the caller’s faults alone', async () => {
    const { failures: one, lines } = failures();
    for (let i = 0; i < 50; i += 1) await one.explain(live, tripped, false);
    assert.ok(lines.length <= 10, `${lines.length}`);
    const refused = new NboxError('request_too_large', 'x');
    assert.equal(await one.explain(live, refused, false), refused);
  });
});
