/** The entry of the store's thread: answers one question after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { NboxError, packError } from '../../../guards/errors.ts';
import { ConfigError } from '../../config/config.ts';
import { SqliteStore } from '../sqlite-store.ts';
import type { Store } from '../store.ts';
import type { StoreRow } from '../store-row.ts';
import type { Answer, Question, Rows } from './messages.ts';

/** For so long rows are gathered until they are told: long ones by themselves, short ones by the hundred. */
const gatherMs = 2;

const port = parentPort;
if (port === null) throw new Error('the store’s thread was started as a process');
const tell = (answer: Answer) => port.postMessage(answer);
const exports = new Map<number, AsyncGenerator<StoreRow, void, void>>();

function opened(): Store | undefined {
  try {
    return new SqliteStore((workerData as { readonly directory: string }).directory);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tell({ kind: 'refused', problems: error.problems });
    return undefined;
  }
}

const store = opened();
if (store === undefined) port.close();
else {
  port.on('message', (question: Question) => void answer(store, question));
  tell({ kind: 'opened' });
}

async function answer(store: Store, question: Question): Promise<void> {
  const { id } = question;
  try {
    tell({ kind: 'done', id, value: await act(store, question) });
  } catch (error) {
    const cause = error instanceof NboxError && error.cause instanceof Error ? error.cause.stack : undefined;
    tell({ kind: 'failed', id, error: packError(error), cause });
  }
  if (question.kind === 'call' && question.method === 'close') port?.close();
}

function act(store: Store, question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'call': {
      const { method, args } = question;
      // The types of the arguments are the store's own: the host's side is typed by them.
      return (store[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    }
    case 'rows':
      return rows(store, question);
    case 'end':
      return end(question.export);
    default:
      throw new Error(`an unknown question: ${JSON.stringify(question satisfies never)}`);
  }
}

async function rows(store: Store, { export: number, selection }: Question & { readonly kind: 'rows' }): Promise<Rows> {
  let generator = exports.get(number);
  if (generator === undefined) {
    generator = store.export(selection);
    exports.set(number, generator);
  }
  const gathered: StoreRow[] = [];
  const until = performance.now() + gatherMs;
  do {
    const next = await generator.next();
    if (next.done === true) {
      // Those that were gathered are told first; whoever asks once more gets none.
      if (gathered.length === 0) exports.delete(number);
      break;
    }
    gathered.push(next.value);
  } while (performance.now() < until);
  return gathered;
}

async function end(number: number): Promise<void> {
  const generator = exports.get(number);
  exports.delete(number);
  await generator?.return();
}
