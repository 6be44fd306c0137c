/** Making a sandbox as new, alone: on what a host has stored, in this process, as an executor does it. */

import { SqliteStore } from '../../host/store/sqlite-store.ts';
import { bundlePrelude } from '../../loader/builder/prelude.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import { decodeOver, evaluatePrelude } from '../../loader/sandbox/prelude.ts';
import { Sandbox } from '../../loader/sandbox/sandbox.ts';
import { Rewind } from '../../loader/sandbox/snapshot.ts';
import { replyEvents } from './reply-events.ts';
import { type Spread, spread } from './statistics.ts';

export interface Rewinds {
  /** Bringing a sandbox in which a call has been back to its snapshot. */
  readonly rewindUs: Spread;
  /** A new sandbox from what is stored: reading the snapshot, and making an instance of it. */
  readonly restoreUs: Spread;
  readonly snapshotBytes: number;
}

/** Restores that are measured: each is an instance with memory of its own. */
const restores = 100;
const warmup = 20;

/**
 * @param directory of a host that has ended
 * @param body what the plugin must reply to a request for `/x`, each time
 */
export async function measureRewinds(directory: string, plugin: PluginId, body: string, calls: number): Promise<Rewinds> {
  const { bytes, base, limits } = await storedSnapshot(directory, plugin);
  const prelude = await evaluatePrelude(await bundlePrelude());
  if (prelude.id !== base) throw new Error(`the snapshot of ${plugin} was taken over another prelude`);
  let replied = '';
  const events = replyEvents((text) => {
    replied = text;
  });
  const snapshot = await decodeOver(prelude, bytes);
  const restore = () => Sandbox.restore(prelude, snapshot, limits, events);
  const call = (sandbox: Sandbox, id: number) => {
    replied = '';
    const allowance = {
      id,
      wallAt: performance.now() + limits.deadlineMs,
      cpuLeftMs: limits.cpuMs,
      fuelLeft: limits.loopBudget,
      world: undefined,
    };
    const { stopped } = sandbox.start(allowance, 'GET\nhttp://localhost/x\nhost\nlocalhost', undefined);
    if (stopped !== undefined || replied !== body) throw new Error(`call ${id} of ${plugin} was answered with ${replied}`);
    sandbox.forget(id);
  };

  using sandbox = await restore();
  const rewind = new Rewind(snapshot);
  const rewindUs: number[] = [];
  for (let i = 1; i <= warmup + calls; i += 1) {
    call(sandbox, i);
    const began = performance.now();
    sandbox.rewind(rewind);
    if (i > warmup) rewindUs.push((performance.now() - began) * 1_000);
  }

  // After so many calls the engine's code is compiled as it is in an executor that has served for a while.
  const restoreUs: number[] = [];
  for (let i = 1; i <= warmup + restores; i += 1) {
    const began = performance.now();
    using another = await restore();
    if (i > warmup) restoreUs.push((performance.now() - began) * 1_000);
    call(another, i);
  }
  return { rewindUs: spread(rewindUs), restoreUs: spread(restoreUs), snapshotBytes: bytes.byteLength };
}

async function storedSnapshot(directory: string, plugin: PluginId) {
  const store = new SqliteStore(directory);
  try {
    const live = await store.plugin(plugin);
    const snapshot = live && (await store.snapshot(plugin, live.release.number));
    if (live === undefined || snapshot?.bytes === undefined) throw new Error(`there is no snapshot of ${plugin} in ${directory}`);
    return { bytes: snapshot.bytes, base: snapshot.base, limits: live.release.manifest.limits };
  } finally {
    await store.close();
  }
}
