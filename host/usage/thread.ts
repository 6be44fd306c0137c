/** The thread that writes usage, or the one that reads it: so that no disk ever holds the host's event loop up. */

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { TooLargeError } from './grouped.ts';
import type { FromThread, ThreadStart, ToThread } from './messages.ts';
import { UsageReader } from './reader.ts';
import { rowText } from './row-text.ts';
import { UsageWriter } from './writer.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread, and no program');
const start = workerData as ThreadStart;
const db = new DatabaseSync(start.file, { readOnly: start.role === 'reader', timeout: 5_000 });
port.on('message', start.role === 'writer' ? writing(start.mostBytes) : reading());

function writing(mostBytes: number): (message: ToThread) => void {
  // NORMAL: what a killed process has written is there; of what a power cut takes, it is seconds of usage, and never half of one.
  db.exec('PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216');
  const writer = new UsageWriter(db, mostBytes);
  tell({ kind: 'ready', lastBatch: writer.lastBatch });
  return (message) => {
    if (message.kind !== 'write') throw new Error(`the thread that writes was told to ${message.kind}`);
    try {
      writer.write(message.batches);
      tell({ kind: 'written', lastBatch: writer.lastBatch });
    } catch (error) {
      tell({ kind: 'write failed', reason: reasonOf(error), lastBatch: known(() => writer.lastBatch) });
    }
  };
}

function reading(): (message: ToThread) => void {
  const reader = new UsageReader(db, () => performance.now());
  tell({ kind: 'ready', lastBatch: 0 });
  return (message) => {
    if (message.kind !== 'read') throw new Error(`the thread that reads was told to ${message.kind}`);
    const { id, query } = message;
    try {
      const { groups, keptFrom } = reader.read(query);
      const text = rowText(groups, query);
      tell({ kind: 'read', id, answer: { text, rows: groups.length, keptFrom } }, [text.buffer as ArrayBuffer]);
    } catch (error) {
      tell({ kind: 'read failed', id, reason: reasonOf(error), isTooLarge: error instanceof TooLargeError });
    }
  };
}

function tell(message: FromThread, transferred: ArrayBuffer[] = []): void {
  port?.postMessage(message, transferred);
}

/** Whether a transaction whose end failed has been done after all; `undefined` where that cannot be read, too. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
