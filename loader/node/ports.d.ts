/** The npm ports without types of their own; the slash tells them from Node's modules. */

declare module 'events/' {
  export type Listener = (...args: any[]) => void;
  export interface Emitter {
    on(type: string | symbol, listener: Listener): this;
    removeListener(type: string | symbol, listener: Listener): this;
    emit(type: string | symbol, ...args: unknown[]): boolean;
    listeners(type: string | symbol): Listener[];
    listenerCount(type: string | symbol): number;
    getMaxListeners(): number;
    setMaxListeners(most: number): this;
  }
  const EventEmitter: { new (): Emitter; readonly prototype: Emitter; defaultMaxListeners: number };
  export default EventEmitter;
}

declare module 'path-browserify' {
  const path: typeof import('node:path').posix;
  export default path;
}
