/** Work that was not published, kept in this browser: by who writes and which plugin it is of. It outlives the page, and leaves with its publishing. */

import type { Files } from './merge-files.ts';
import type { RequestDraft } from './request-draft.ts';
import type { Base } from './workspace.ts';

export interface Draft {
  readonly base: Base;
  readonly files: Files;
  readonly active: string | undefined;
  readonly request: RequestDraft;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

export interface Drafts {
  get(plugin: string): Promise<Draft | undefined>;
  put(plugin: string, draft: Draft): Promise<void>;
  delete(plugin: string): Promise<void>;
  /** @param kept called when another tab has kept one of the plugin @returns ends that */
  watch(plugin: string, kept: () => void): () => void;
  /** The plugins of which there is one, the latest first. */
  list(): Promise<readonly { readonly plugin: string; readonly savedAt: number }[]>;
}

const database = 'nbox-editor';
const table = 'drafts';
/** One for the page, which hears nothing of what it says itself. */
const told = new BroadcastChannel(database);

/** @param actor whose: another one at the same browser has others */
export function browserDrafts(actor: string): Drafts {
  const key = (plugin: string) => JSON.stringify([actor, plugin]);
  return {
    async get(plugin) {
      const found = await run('readonly', (store) => store.get(key(plugin)));
      return isDraft(found) ? found : undefined;
    },
    async put(plugin, draft) {
      await run('readwrite', (store) => store.put(draft, key(plugin)));
      // It reaches all tabs but those of this channel.
      told.postMessage(key(plugin));
    },
    async delete(plugin) {
      await run('readwrite', (store) => store.delete(key(plugin)));
    },
    watch(plugin, kept) {
      const hear = ({ data }: MessageEvent<unknown>) => {
        if (data === key(plugin)) kept();
      };
      told.addEventListener('message', hear);
      return () => told.removeEventListener('message', hear);
    },
    async list() {
      const [keys, values] = await Promise.all([
        run('readonly', (store) => store.getAllKeys()),
        run('readonly', (store) => store.getAll()),
      ]);
      return keys
        .flatMap((one, i) => {
          const [who, plugin] = parsed(String(one));
          const draft: unknown = values[i];
          return who === actor && plugin !== undefined && isDraft(draft) ? [{ plugin, savedAt: draft.savedAt }] : [];
        })
        .sort((a, b) => b.savedAt - a.savedAt);
    },
  };
}

function parsed(key: string): readonly (string | undefined)[] {
  try {
    const value: unknown = JSON.parse(key);
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

/** An older page may have kept something else. */
function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | undefined;
  return (
    draft?.files instanceof Map && draft.base?.files instanceof Map && typeof draft.savedAt === 'number' && draft.request !== undefined
  );
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(database, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(table);
    asked.onsuccess = () => {
      // Another tab with a newer page waits for this one to let go.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      resolve(asked.result);
    };
    asked.onerror = () => {
      opened = undefined;
      reject(asked.error);
    };
  });
  return opened;
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await open()).transaction(table, mode);
  const asked = act(transaction.objectStore(table));
  return await new Promise((resolve, reject) => {
    // Only then it is on the disk.
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
