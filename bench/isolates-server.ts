/**
 * A koa server with an isolate for each plugin, as a careful user of isolated-vm writes it: a cap on memory, a timeout for
 * each call, calls off the server's own thread, a new isolate where one is spent. `node --no-node-snapshot isolates-server.ts
 * PORT HANDLERS`, the handlers as JSON: texts of functions from a path to a text, by the plugin's name.
 */

import Koa from 'koa';
import { required } from './lib/required.ts';

/** In MB, and ms: nbox's defaults. */
const memoryLimit = 64;
const timeout = 100;

interface Handler {
  apply(receiver: undefined, args: readonly unknown[], options: { readonly timeout: number }): Promise<unknown>;
}

interface Isolate {
  readonly isDisposed: boolean;
  createContext(): Promise<{ eval(code: string, options: { readonly reference: true }): Promise<Handler> }>;
}

const { Isolate } = required('isolated-vm') as { Isolate: new (options: { readonly memoryLimit: number }) => Isolate };

class Plugin {
  readonly #code: string;
  #isolate: Isolate | undefined;
  #handler: Promise<Handler> | undefined;

  constructor(code: string) {
    this.#code = code;
  }

  async call(path: string): Promise<string> {
    if (this.#handler === undefined || this.#isolate?.isDisposed) {
      this.#isolate = new Isolate({ memoryLimit });
      this.#handler = this.#load(this.#isolate);
    }
    const handler = await this.#handler;
    return (await handler.apply(undefined, [path], { timeout })) as string;
  }

  async #load(isolate: Isolate): Promise<Handler> {
    const context = await isolate.createContext();
    return context.eval(this.#code, { reference: true });
  }
}

const [port, handlers = '{}'] = process.argv.slice(2);
const plugins = new Map(Object.entries(JSON.parse(handlers) as Record<string, string>).map(([name, code]) => [name, new Plugin(code)]));

const app = new Koa();
// Failed calls are what this server is for: they are told to the client, and not to the log.
app.silent = true;
app.use(async (ctx) => {
  const end = ctx.path.indexOf('/', 1);
  const plugin = plugins.get(ctx.path.slice(1, end));
  if (plugin === undefined) return;
  const body = await plugin.call(ctx.path.slice(end));
  ctx.type = 'json';
  ctx.body = body;
});
app.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
