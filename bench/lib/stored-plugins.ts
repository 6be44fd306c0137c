/** Many plugins in a data directory that no host has open, without pushing each. */

import { createHash } from 'node:crypto';
import { SqliteStore } from '../../host/store/sqlite-store.ts';
import type { PluginId } from '../../loader/plugin-id.ts';

/**
 * Publishes the live release of a plugin, as it was built, under other ids, each with a source, a code and a hash of its
 * own: through the store, as the host would. Their snapshots are the same bytes, so they answer as the plugin does.
 * @throws Error where there is no such plugin
 */
export async function copyPlugin(directory: string, from: PluginId, copies: readonly PluginId[]): Promise<void> {
  const store = new SqliteStore(directory);
  try {
    const live = await store.plugin(from);
    if (live === undefined) throw new Error(`there is no ${from} in ${directory}`);
    const { release, interfaces, typeErrors, actor, message, timings, diagnostics, gates } = live;
    const [files, bundle, snapshot] = [
      await store.source(from, release.number),
      await store.bundle(from, release.number),
      await store.snapshot(from, release.number),
    ];
    if (snapshot?.bytes === undefined) throw new Error(`${from} was stored without a snapshot`);
    for (const plugin of copies) {
      const note = `\n// ${plugin}\n`;
      const code = bundle.code + note;
      const createdAt = Date.now();
      const hash = createHash('sha256').update(code).digest('hex');
      const number = await store.nextNumber(plugin);
      await store.publish({
        release: { ...release, plugin, number, hash, createdAt },
        files: new Map([...files].map(([name, text]) => [name, name === release.manifest.entry ? text + note : text])),
        bundle: { ...bundle, code },
        ...{ snapshot, interfaces, typeErrors, actor, message, timings, diagnostics, gates, deployedAt: createdAt },
        ...{ shares: [{ number, percentage: 100 }], expected: undefined },
      });
    }
  } finally {
    await store.close();
  }
}
