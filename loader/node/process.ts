/** node:process, and the global `process`: what libraries ask of it without meaning Node. It tells nothing of the host. */

type Callback = (...args: unknown[]) => void;

// No `versions`: libraries take a version of Node's for Node itself.
export const env: Record<string, string | undefined> = { NODE_ENV: 'production' };
export const argv: readonly string[] = [];
export const execArgv: readonly string[] = [];
export const platform = 'nbox';
export const arch = 'wasm32';
export const pid = 1;
export const title = 'nbox';
export const version = '';
export const browser = true;
export const release = {};
export const features = {};

const began = Date.now();

export function cwd(): string {
  return '/';
}

export function nextTick(callback: Callback, ...args: unknown[]): void {
  if (typeof callback !== 'function') throw new TypeError('process.nextTick takes a function');
  queueMicrotask(() => callback(...args));
}

export function uptime(): number {
  return (Date.now() - began) / 1_000;
}

export const hrtime = Object.assign(
  (since?: readonly [number, number]): [number, number] => {
    const ms = performance.now();
    const seconds = Math.floor(ms / 1_000) - (since?.[0] ?? 0);
    const nanoseconds = Math.floor((ms % 1_000) * 1e6) - (since?.[1] ?? 0);
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  },
  { bigint: (): bigint => BigInt(Math.floor(performance.now() * 1e6)) },
);

export function memoryUsage(): Readonly<Record<string, number>> {
  return { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
}

export function emitWarning(warning: string | Error): void {
  console.warn(typeof warning === 'string' ? warning : `${warning.name}: ${warning.message}`);
}

export function exit(): never {
  throw new Error('process.exit is not available in plugins');
}

// Signals and the end of the process never come: whoever listens waits in vain, as in a process that goes on.
const listening = {
  on: chained,
  once: chained,
  off: chained,
  addListener: chained,
  removeListener: chained,
  prependListener: chained,
  removeAllListeners: chained,
};

function chained(this: unknown): unknown {
  return this;
}

export const { on, once, off, addListener, removeListener, prependListener, removeAllListeners } = listening;

export function emit(): boolean {
  return false;
}

export function listeners(): unknown[] {
  return [];
}

export function listenerCount(): number {
  return 0;
}

const process = {
  ...{ env, argv, execArgv, platform, arch, pid, title, version, browser, release, features },
  ...{ cwd, nextTick, uptime, hrtime, memoryUsage, emitWarning, exit, emit, listeners, listenerCount },
  ...listening,
};
Object.defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });

export { process };
export default process;
