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
const fetching = ['await fetch', 'return fetch', '=> fetch', '[fetch', '(fetch'];

/** By the module's file. */
export const parts: Readonly<Record<string, Part>> = {
  'abort.ts': { globals: ['AbortController', 'AbortSignal'], words: ['signal'] },
  'base64.ts': { globals: ['atob', 'btoa'] },
  'blob.ts': { globals: ['Blob', 'File'], words: ['blob', 'formData'] },
  'body-forms.ts': { globals: [], words: ['blob', 'formData'] },
  'body-handle.ts': { globals: [] },
  'body-stream.ts': { globals: [], words: ['ReadableStream', 'TransformStream', 'getReader', 'pipeThrough', 'pipeTo', 'textStream'] },
  'client.ts': { globals: [], words: ['signal', 'ReadableStream'] },
  'compression.ts': { globals: ['CompressionStream', 'DecompressionStream'] },
  'console.ts': { globals: ['console'] },
  'crypto.ts': { globals: ['Crypto', 'crypto'] },
  'dom-exception.ts': { globals: ['DOMException'] },
  'event-target.ts': { globals: ['EventTarget'] },
  'event.ts': { globals: ['CustomEvent', 'Event'] },
  'events.ts': { globals: [] },
  'exports.ts': { globals: [] },
  'fetch-stream.ts': { globals: [] },
  'fetch.ts': { globals: [], words: fetching },
  'form-data.ts': { globals: ['FormData'], words: ['formData'] },
  'global-events.ts': {
    globals: [
      'ErrorEvent',
      'PromiseRejectionEvent',
      'addEventListener',
      'dispatchEvent',
      'onerror',
      'onrejectionhandled',
      'onunhandledrejection',
      'removeEventListener',
      'reportError',
    ],
  },
  'handler.ts': { globals: [] },
  'headers.ts': { globals: ['Headers'], words: ['headers', ...fetching] },
  'hot.ts': { globals: [], words: ['__nboxHot'] },
  'inspect.ts': { globals: [] },
  'intl.ts': { globals: ['Intl'] },
  'json-value.ts': { globals: [] },
  'locale-methods.ts': {
    globals: [],
    words: ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'localeCompare', 'toLocaleUpperCase', 'toLocaleLowerCase'],
  },
  'messages.ts': { globals: ['MessageChannel', 'MessageEvent', 'MessagePort'] },
  'mime-type.ts': { globals: [], words: ['blob', 'formData'] },
  'multi-byte.ts': { globals: [] },
  'multipart-reader.ts': { globals: [], words: ['formData'] },
  'multipart-writer.ts': { globals: [], words: ['FormData'] },
  'ops.ts': { globals: [] },
  'performance.ts': { globals: ['Navigator', 'Performance', 'navigator', 'performance'] },
  'queue.ts': { globals: [] },
  'quota-exceeded-error.ts': { globals: ['QuotaExceededError'] },
  'reply-stream.ts': { globals: [], words: ['ReadableStream', 'TransformStream'] },
  'request-init.ts': { globals: [], words: ['Request', ...fetching] },
  'request-stream.ts': { globals: [] },
  'scheduled.ts': { globals: [] },
  'streams.ts': {
    globals: [
      'ByteLengthQueuingStrategy',
      'CountQueuingStrategy',
      'ReadableByteStreamController',
      'ReadableStream',
      'ReadableStreamBYOBReader',
      'ReadableStreamBYOBRequest',
      'ReadableStreamDefaultController',
      'ReadableStreamDefaultReader',
      'TransformStream',
      'TransformStreamDefaultController',
      'WritableStream',
      'WritableStreamDefaultController',
      'WritableStreamDefaultWriter',
    ],
  },
  'structured-clone.ts': { globals: ['structuredClone'] },
  'text-streams.ts': { globals: ['TextDecoderStream', 'TextEncoderStream'] },
  'text.ts': { globals: ['TextDecoder', 'TextEncoder'] },
  'timers.ts': { globals: ['clearInterval', 'clearTimeout', 'queueMicrotask', 'setInterval', 'setTimeout'] },
  'upload.ts': { globals: [] },
  'url-pattern.ts': { globals: ['URLPattern'] },
  'url-search-params.ts': { globals: ['URLSearchParams'], words: ['searchParams'] },
  'url.ts': { globals: ['URL'], words: ['redirect', ...fetching] },
  'user-timing.ts': { globals: ['PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure'] },
  'utf8.ts': { globals: [], words: ['arrayBuffer', 'bytes', 'json', 'text'] },
  'webcrypto/subtle.ts': { globals: ['CryptoKey', 'SubtleCrypto'], words: ['subtle'] },
  'workers.ts': { globals: [], words: ['__nboxWorkers'] },
};
