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

/** By the module's file. */
export const parts: Readonly<Record<string, Part>> = {
  'abort.ts': { globals: ['AbortController', 'AbortSignal'], words: ['signal'] },
  'base64.ts': { globals: ['atob', 'btoa'] },
  'console.ts': { globals: ['console'] },
  'crypto.ts': { globals: ['Crypto', 'crypto'] },
  'dom-exception.ts': { globals: ['DOMException'] },
  'event.ts': { globals: ['CustomEvent', 'Event'] },
  'event-target.ts': { globals: ['EventTarget'] },
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
  'headers.ts': { globals: ['Headers'], words: ['headers'] },
  'messages.ts': { globals: ['MessageChannel', 'MessageEvent', 'MessagePort'] },
  'multi-byte.ts': { globals: [] },
  'ops.ts': { globals: [] },
  'performance.ts': { globals: ['Navigator', 'Performance', 'navigator', 'performance'] },
  'inspect.ts': { globals: [] },
  'intl.ts': { globals: ['Intl'] },
  'locale-methods.ts': {
    globals: [],
    words: ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'localeCompare', 'toLocaleUpperCase', 'toLocaleLowerCase'],
  },
  'request-options.ts': { globals: [], words: ['Request'] },
  'structured-clone.ts': { globals: ['structuredClone'] },
  'text.ts': { globals: ['TextDecoder', 'TextEncoder'] },
  'timers.ts': { globals: ['clearInterval', 'clearTimeout', 'queueMicrotask', 'setInterval', 'setTimeout'] },
  'url.ts': { globals: ['URL'], words: ['redirect'] },
  'url-pattern.ts': { globals: ['URLPattern'] },
  'url-search-params.ts': { globals: ['URLSearchParams'] },
  'user-timing.ts': { globals: ['PerformanceEntry', 'PerformanceMark', 'PerformanceMeasure'] },
  'utf8.ts': { globals: [], words: ['arrayBuffer', 'bytes', 'json', 'text'] },
};
