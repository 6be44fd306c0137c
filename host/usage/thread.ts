/** One of the threads that write usage, read it, or make many batches one: so that none of it ever holds the host's event loop up. */

import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { addBlock, encodeBlock, type Usage } from './block.ts';
import { isBroken } from './broken.ts';
import { shared } from './bytes.ts';
import { TooLargeError } from './grouped.ts';
import { HourHistory } from './hour-history.ts';
import type { FromThread, ThreadStart, ToThread } from './messages.ts';
import { UsageReader } from './reader.ts';
import { rowText } from './row-text.ts';
import { seriesText } from './series-reader.ts';
import { UsageWriter } from './writer.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread, and no program');
port.on('message', working(workerData as ThreadStart));

function working(start: ThreadStart): (message: ToThread) => void {
  switch (start.role) {
    case 'writer':
      return writing(new DatabaseSync(start.file, { timeout: 5_000 }), start.mostBytes);
    case 'reader':
      return reading(new DatabaseSync(start.file, { readOnly: true, timeout: 5_000 }));
    case 'joiner':
      return joining();
  }
}

function writing(db: DatabaseSync, mostBytes: number): (message: ToThread) => void {
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
      const lastBatch = known(() => writer.lastBatch);
      tell({ kind: 'write failed', reason: reasonOf(error), lastBatch, isBroken: isBroken(error) });
    }
  };
}

function reading(db: DatabaseSync): (message: ToThread) => void {
  const reader = new UsageReader(db, () => performance.now());
  const history = new HourHistory(db);
  tell({ kind: 'ready', lastBatch: 0 });
  return (message) => {
    if (message.kind !== 'read' && message.kind !== 'series' && message.kind !== 'judge')
      throw new Error(`the thread that reads was told to ${message.kind}`);
    const { id } = message;
    try {
      if (message.kind === 'judge') {
        tell({ kind: 'judged', id, past: history.judge(message.question) });
        return;
      }
      if (message.kind === 'series') {
        const series = new TextEncoder().encode(seriesText(reader, message.query));
        tell({ kind: 'series', id, text: series }, [series.buffer as ArrayBuffer]);
        return;
      }
      const { query } = message;
      const { groups, keptFrom } = reader.read(query);
      const text = rowText(groups, query);
      tell({ kind: 'read', id, answer: { text, rows: groups.length, keptFrom } }, [text.buffer as ArrayBuffer]);
    } catch (error) {
      tell({ kind: 'read failed', id, reason: reasonOf(error), isTooLarge: error instanceof TooLargeError });
    }
  };
}

function joining(): (message: ToThread) => void {
  tell({ kind: 'ready', lastBatch: 0 });
  return (message) => {
    if (message.kind !== 'join') throw new Error(`the thread that joins was told to ${message.kind}`);
    const usage: Usage = new Map();
    for (const block of message.blocks) addBlock(block, usage);
    tell({ kind: 'joined', block: shared(encodeBlock(usage)) });
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
