/**
 * Which module of the prelude has which globals. All of them would take a megabyte of every sandbox, so one is given
 * those that its plugin's code names. Read by the sandbox's host, and by nothing in the guest but `all-globals.ts`.
 */

export interface Part {
  /** Exported under these names by the module. */
  readonly globals: readonly string[];
  /** Words in a plugin's code that tell that the module will be needed, though no global of its is named. */
  readonly words?: readonly string[];
}

/** Calls of fetch, which its name alone does not tell: most plugins have a method of that name. */
const fetching = ['await fetch', 'return fetch', '=> fetch'];

/** By the module's file. */
export const parts: Readonly<Record<string, Part>> = {
  'abort.ts': { globals: ['AbortController', 'AbortSignal'], words: ['signal'] },
  'body-stream.ts': { globals: ['ReadableStream'], words: ['TransformStream', 'WritableStream', 'getReader'] },
  'client.ts': { globals: [], words: ['signal', 'ReadableStream'] },
  'base64.ts': { globals: ['atob', 'btoa'] },
  'console.ts': { globals: ['console'] },
  'crypto.ts': { globals: ['Crypto', 'crypto'] },
  'dom-exception.ts': { globals: ['DOMException'] },
  'event.ts': { globals: ['CustomEvent', 'Event'] },
  'event-target.ts': { globals: ['EventTarget'] },
  'fetch.ts': { globals: [], words: fetching },
  'fetch-stream.ts': { globals: [] },
  'headers.ts': { globals: ['Headers'], words: ['headers', ...fetching] },
  'ops.ts': { globals: [] },
  'performance.ts': { globals: ['Navigator', 'Performance', 'navigator', 'performance'] },
  'inspect.ts': { globals: [] },
  'reply-stream.ts': { globals: [], words: ['ReadableStream', 'TransformStream'] },
  'request-options.ts': { globals: [], words: ['Request', ...fetching] },
  'request-stream.ts': { globals: [] },
  'structured-clone.ts': { globals: ['structuredClone'] },
  'text.ts': { globals: ['TextDecoder', 'TextEncoder'] },
  'timers.ts': { globals: ['clearInterval', 'clearTimeout', 'queueMicrotask', 'setInterval', 'setTimeout'] },
  'upload.ts': { globals: [] },
  'url.ts': { globals: ['URL'], words: ['redirect', ...fetching] },
  'url-search-params.ts': { globals: ['URLSearchParams'] },
  'utf8.ts': { globals: [], words: ['arrayBuffer', 'bytes', 'json', 'text'] },
};
