/** The names of a plugin's interfaces: what of it can be called, as the probe lists them and usage records name them. */

/** What an entry point may handle. */
export const handlerKinds = ['fetch', 'queue', 'scheduled'] as const;
export type HandlerKind = (typeof handlerKinds)[number];

/** A handler of the default export or of a named one, or a method of either: `queue`, `fetch:Admin`, `rpc:default.total`. */
export type Interface = HandlerKind | `${HandlerKind}:${string}` | `rpc:${string}.${string}`;

/** @param entrypoint the export's name; `default` for the default one */
export function handlerInterface(kind: HandlerKind, entrypoint = 'default'): Interface {
  return entrypoint === 'default' ? kind : `${kind}:${entrypoint}`;
}

export function methodInterface(entrypoint: string, method: string): Interface {
  return `rpc:${entrypoint}.${method}`;
}

/** Whether what calls it is an HTTP request; all others are called by an event, and answer with its outcome. */
export function isHttp(name: Interface): boolean {
  return name === 'fetch' || name.startsWith('fetch:');
}
