/** nbox, workerd and koa, each with one handler that is replaced again and again. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginId } from '../../loader/plugin-id.ts';
import { Child } from './child.ts';
import { Client } from './client.ts';
import { freePort } from './free-port.ts';
import { NboxHost } from './nbox-host.ts';
import { workerd } from './peers.ts';
import { TempFolder } from './temp-folder.ts';

/** Owned by whoever starts it. */
export interface Published extends AsyncDisposable {
  readonly url: string;
  /**
   * Replaces the handler by one that answers with the number. Resolves when that is acknowledged: by the system, or, where it
   * says nothing, by a reply of the new one.
   * @returns the release that replies are to name; empty where they name none
   */
  publish(n: number): Promise<string>;
}

export interface PublishedSystem {
  readonly name: 'nbox' | 'workerd' | 'koa';
  readonly how: string;
  readonly start: () => Promise<Published>;
}

/** How often it is looked whether the new handler answers. */
const lookMs = 2;
const readyMs = 20_000;

export const nbox: PublishedSystem = {
  name: 'nbox',
  how: 'a push, type-checked',
  async start() {
    const host = await NboxHost.start();
    const plugin = pluginId('bench', 'swap', 'count');
    return {
      url: `${host.url}/${plugin}/x`,
      async publish(n) {
        const { release } = await host.push(plugin, { source: `export default (): string => '${n}';\n` });
        return String(release.number);
      },
      [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
    };
  },
};

/** By its own way to reload: `--watch` looks at the configuration's file. */
export const workerdReload: PublishedSystem = {
  name: 'workerd',
  how: 'its configuration written anew, under --watch',
  async start() {
    const { default: binary, compatibilityDate } = workerd();
    const folder = new TempFolder();
    const port = await freePort();
    const file = join(folder.path, 'config.capnp');
    const write = (n: number) =>
      writeFileSync(
        file,
        `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [(name = "main.js", esModule = "export default { fetch: () => new Response('${JSON.stringify(String(n)).replaceAll('"', '\\"')}') }")], compatibilityDate = ${JSON.stringify(compatibilityDate)}))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
`,
      );
    write(0);
    const url = `http://127.0.0.1:${port}/x`;
    const child = new Child(binary, ['serve', '--watch', file]);
    await seen(url, 0);
    return {
      url,
      async publish(n) {
        write(n);
        await seen(url, n);
        return '';
      },
      async [Symbol.asyncDispose]() {
        child.kill();
        await child.closed;
        folder[Symbol.dispose]();
      },
    };
  },
};

/** One process, ended and started: what is done where nothing can be swapped. */
export const koaRestart: PublishedSystem = {
  name: 'koa',
  how: 'its process ended, and another one started',
  async start() {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/x`;
    const start = (n: number) =>
      new Child(process.execPath, [join(import.meta.dirname, '..', 'koa-server.ts'), String(port), JSON.stringify(String(n))], {
        NODE_ENV: 'production',
      });
    let child = start(0);
    await seen(url, 0);
    return {
      url,
      async publish(n) {
        await child[Symbol.asyncDispose]();
        child = start(n);
        await seen(url, n);
        return '';
      },
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    };
  },
};

/** What a handler replies: nbox makes JSON of it, so the others say the same. */
export const replyOf = (n: number): string => JSON.stringify(String(n));

/** Resolves when the handler with the number answers. */
async function seen(url: string, n: number): Promise<void> {
  const until = performance.now() + readyMs;
  for (;;) {
    using client = new Client();
    const text = await client.get(url).then(
      (reply) => reply.text,
      () => undefined,
    );
    if (text === replyOf(n)) return;
    if (performance.now() > until) throw new Error(`${url} does not answer with ${n}, but with ${text}`);
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
