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
  export interface Context extends ExecutionContext<any> {}

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
    /**
     * Takes a batch of messages. When it returns, all are done but those that it has said are to come again.
     * @throws whatever it throws is logged, and all messages come again but those that it has acked.
     */
    queue?(batch: MessageBatch<any>, env: E, ctx: Context): unknown | Promise<unknown>;
    /** Is called when a time of the plugin's schedule has come. */
    scheduled?(controller: ScheduledController, env: E, ctx: Context): unknown | Promise<unknown>;
  }

  /**
   * A whole plugin in one function: what {@link Handler.fetch} is, exported alone.
   *
   * ```ts
   * export default (request: Request) => ({ hello: new URL(request.url).pathname });
   * ```
   */
  export type Shorthand<E = Env> = (request: Request, env: E, ctx: Context) => unknown | Promise<unknown>;

  /**
   * An entry point that is a class: the default export, or a named one, of which each call has an instance of its own. Its
   * handlers take the event alone; its other methods can be called with values that JSON can carry.
   *
   * ```ts
   * export default class extends WorkerEntrypoint {
   *   async fetch(request: Request) {
   *     this.ctx.waitUntil(Promise.resolve());
   *     return new Response(request.url);
   *   }
   * }
   * export class Prices extends WorkerEntrypoint {
   *   total(prices: number[]) {
   *     return prices.reduce((sum, price) => sum + price, 0);
   *   }
   * }
   * ```
   */
  export abstract class WorkerEntrypoint<E = Env, Props = {}> {
    protected ctx: ExecutionContext<Props>;
    protected env: E;
    constructor(ctx: ExecutionContext, env: E);
    fetch?(request: Request): unknown | Promise<unknown>;
    queue?(batch: MessageBatch<any>): unknown | Promise<unknown>;
    scheduled?(controller: ScheduledController): unknown | Promise<unknown>;
  }

  /** The bindings, for code that is not handed them. */
  export const env: Env;

  /** What the entry file may export as `default`. */
  export type Entry<E = Env> = Handler<E> | Shorthand<E> | (new (ctx: any, env: any) => object);
}
