/** node:timers/promises */

interface Options {
  readonly signal?: AbortSignal;
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { name: 'AbortError', code: 'ABORT_ERR' });
}

export function setTimeout<T>(ms?: number, value?: T, { signal }: Options = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(abortError(signal as AbortSignal));
    };
    const timer = globalThis.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value as T);
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

export function setImmediate<T>(value?: T, options?: Options): Promise<T> {
  return setTimeout(0, value, options);
}

export async function* setInterval<T>(ms?: number, value?: T, options?: Options): AsyncGenerator<T> {
  for (;;) yield await setTimeout(ms, value as T, options);
}

export const scheduler = {
  wait: (ms: number, options?: Options): Promise<void> => setTimeout(ms, undefined, options),
  yield: (): Promise<void> => setTimeout(0),
};

export default { setTimeout, setImmediate, setInterval, scheduler };
