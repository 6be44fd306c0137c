/**
 * The SQLite store in a thread of its own: SQLite's calls wait for the disk, and the host's event loop, which all traffic goes
 * through, must not. What it gives are copies, which are the caller's.
 */

import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { NboxError } from '../../../guards/errors.ts';
import { ConfigError } from '../../config/config.ts';
import { importDatabase } from '../sqlite-import.ts';
import type { Store } from '../store.ts';
import type { ExportSelection, StoreRow } from '../store-row.ts';
import type { Answer, Method, Question, Rows } from './messages.ts';

/** Every one: the record would miss it otherwise. */
const methods: Readonly<Record<Method, true>> = {
  ...{ nextNumber: true, findRelease: true, publish: true, publishAll: true, done: true, deploy: true },
  ...{ nextRolloutNumber: true, saveRollout: true, rollouts: true, rolloutsUnderWay: true, changes: true, history: true },
  ...{ release: true, live: true, plugin: true, releases: true, deployments: true, deployment: true, dropOld: true },
  ...{ bundle: true, snapshot: true, saveSnapshot: true, source: true },
  ...{ keepCapsule: true, capsules: true, capsule: true, dropCapsule: true },
  ...{
    budgets: true,
    setBudget: true,
    removeBudget: true,
    budgetCounts: true,
    saveBudgetCounts: true,
    interfaceUses: true,
    saveInterfaceUses: true,
    dropInterfaceUses: true,
  },
  ...{ tokens: true, addToken: true, removeToken: true, saveTokenUses: true },
  ...{ sessions: true, addSession: true, removeSessions: true, saveSessionUses: true },
  ...{ appendAudit: true, audit: true, auditEnds: true, dropAudit: true },
  ...{ remove: true, adminTokenHash: true, setAdminTokenHash: true, close: true },
};

/** Owned by whoever opens it, who closes it. @throws ConfigError as `SqliteStore` */
export async function openThreadedStore(directory: string): Promise<Store> {
  const thread = new StoreThread(directory);
  await thread.opened;
  const asked = Object.keys(methods).map((method) => [method, (...args: unknown[]) => thread.call(method as Method, args)]);
  return {
    // Each asks for what it is called, with the arguments that the contract has it take.
    ...(Object.fromEntries(asked) as Pick<Store, Method>),
    export: (selection: ExportSelection) => thread.export(selection),
    // Nobody else uses the store meanwhile.
    import: (rows: AsyncIterable<StoreRow>) => importDatabase(join(directory, 'nbox.db'), rows),
    close: () => thread.close(),
  };
}

class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #opened = Promise.withResolvers<void>();
  #ended: NboxError | undefined;
  #next = 1;

  constructor(directory: string) {
    this.#worker = new Worker(new URL('./store-thread.ts', import.meta.url), { workerData: { directory } });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.once('error', (error) => this.#end(error as Error));
    this.#worker.once('exit', () => this.#end(new Error('it is closed')));
  }

  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  call(method: Method, args: readonly unknown[]): Promise<unknown> {
    return this.#ask((id) => ({ kind: 'call', id, method, args }));
  }

  async *export(selection: ExportSelection): AsyncGenerator<StoreRow, void, void> {
    const number = this.#next++;
    try {
      for (;;) {
        const rows = (await this.#ask((id) => ({ kind: 'rows', id, export: number, selection }))) as Rows;
        if (rows.length === 0) return;
        yield* rows;
      }
    } finally {
      if (this.#ended === undefined) await this.#ask((id) => ({ kind: 'end', id, export: number }));
    }
  }

  async close(): Promise<void> {
    const exited = once(this.#worker, 'exit');
    try {
      await this.call('close', []);
    } finally {
      if (this.#ended === undefined) await exited;
    }
  }

  #ask(question: (id: number) => Question): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#next++;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#worker.postMessage(question(id));
    return waiting.promise;
  }

  #take(answer: Answer): void {
    switch (answer.kind) {
      case 'opened':
        this.#opened.resolve();
        return;
      case 'refused':
        this.#opened.reject(new ConfigError(answer.problems));
        return;
      case 'done':
        this.#settle(answer.id)?.resolve(answer.value);
        return;
      case 'failed': {
        const { code, details } = answer.error;
        const cause = answer.cause === undefined ? {} : { cause: answer.cause };
        this.#settle(answer.id)?.reject(new NboxError(code, { ...details, ...cause }));
        return;
      }
      default:
        throw new Error(`an unknown answer: ${JSON.stringify(answer satisfies never)}`);
    }
  }

  #settle(id: number): PromiseWithResolvers<unknown> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Whatever comes, nothing waits for ever. */
  #end(cause: Error): void {
    this.#ended ??= new NboxError('internal_error', { detail: `The store's thread has ended: ${cause.message}`, cause });
    this.#opened.reject(this.#ended);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
