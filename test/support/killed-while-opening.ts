/**
 * A process that opens the store of a directory, as a host does at its start, and is killed so many microseconds after it began.
 * Without a number it goes on, and says how many it took.
 */

import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { SqliteStore } from '../../host/store/sqlite-store.ts';

const [directory, afterUs] = process.argv.slice(2) as [string, string | undefined];
if (afterUs !== undefined) {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  // A thread of its own: the other one is busy with the database, and no other process is woken as punctually.
  const killer = `const { workerData: [begun, afterUs] } = require('node:worker_threads');
    Atomics.store(begun, 0, 1);
    Atomics.notify(begun, 0);
    const until = process.hrtime.bigint() + BigInt(afterUs) * 1000n;
    while (process.hrtime.bigint() < until);
    process.kill(process.pid, 'SIGKILL');`;
  new Worker(killer, { eval: true, workerData: [begun, Math.round(Number(afterUs))] });
  await Atomics.waitAsync(begun, 0, 0).value;
}
const began = performance.now();
const store = new SqliteStore(directory);
writeSync(1, `${Math.round((performance.now() - began) * 1_000)}\n`);
if (afterUs === undefined) await store.close();
