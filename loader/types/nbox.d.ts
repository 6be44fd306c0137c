/** What an author imports from `nbox`: the handler that a plugin exports, and what it is called with. Imports nothing. */

declare module 'nbox' {
  /**
   * The bindings that the manifest grants, by name, and nothing else. Describe yours with an interface of your own and
   * give it to {@link Handler}; unlisted names are `unknown`.
   */
  export interface Env {
    readonly [name: string]: unknown;
  }

  /** The call that is being answered. */
  export interface Context {
    /**
     * Keeps the call alive until the promise has settled, after the response has been sent. A rejection is logged. What is
     * still pending 30 s after the response is dropped.
     */
    waitUntil(promise: Promise<unknown>): void;
    /** Does nothing, since no origin stands behind a plugin. Kept because Workers' code and Hono's types ask for it. */
    passThroughOnException(): void;
    /** Always an empty object. Kept because Hono's types ask for it. */
    readonly props: any;
  }

  /**
   * A plugin: its entry's default export. Each member answers one kind of interface; a plugin has those that it declares.
   * A Hono app is one as it stands, since it has `fetch`.
   *
   * ```ts
   * import type { Handler } from 'nbox';
   * export default {
   *   async fetch(request, env, ctx) {
   *     return Response.json({ path: new URL(request.url).pathname });
   *   },
   * } satisfies Handler;
   * ```
   */
  export interface Handler<E = Env> {
    /**
     * Answers an HTTP request.
     * @param request what the caller sent; its path is what follows the plugin's own. Its headers are immutable.
     * @returns a Response; any other value is sent as JSON, and `undefined` as 204 No Content.
     * @throws whatever it throws is logged, and the caller gets 502 `plugin_error` without its text.
     */
    fetch?(request: Request, env: E, ctx: Context): unknown | Promise<unknown>;
  }

  /**
   * A whole plugin in one function: what {@link Handler.fetch} is, exported alone.
   *
   * ```ts
   * export default (request: Request) => ({ hello: new URL(request.url).pathname });
   * ```
   */
  export type Shorthand<E = Env> = (request: Request, env: E, ctx: Context) => unknown | Promise<unknown>;

  /** What the entry file may export as `default`. */
  export type Entry<E = Env> = Handler<E> | Shorthand<E>;
}
