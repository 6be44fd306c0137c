/** Lines as executors and consoles say them, for the specs of the logs. */

import type { Said } from '../../../host/logs/plugin-logs.ts';
import type { SaidLine } from '../../../host/pool/pool.ts';
import { LiveRelease, type Release } from '../../../host/release/release.ts';
import { parseManifest } from '../../../loader/manifest.ts';
import { pluginId } from '../../../loader/plugin-id.ts';

type SaidText = Extract<Said, { kind: 'line' }>;

export function said(text: string, more: Partial<SaidText> = {}): SaidText {
  return {
    ...{ kind: 'line', release: 1, interface: 'fetch', call: 'a-call', executor: 1, level: 'info', text, isCut: false, isLast: false },
    ...more,
  };
}

export const plugin = pluginId('demo', 'hello', 'world');

export function lineOf(text: string | Buffer, { level = 1, ...release }: Partial<Release> & { level?: number } = {}): SaidLine {
  const whole = { plugin, number: 3, hash: '0'.repeat(64), manifest: parseManifest({}, ['index.ts']), createdAt: 0, ...release };
  return {
    live: new LiveRelease(whole, ['fetch'], 1, () => {}),
    call: undefined,
    executor: 2,
    frame: { kind: 'log', call: 1, key: 1, level, last: false, text: Buffer.from(text as string) },
  };
}
