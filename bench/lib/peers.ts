/** The servers that are measured side by side, all with the same handler. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { NboxHost } from './nbox-host.ts';
import { required } from './required.ts';
import { TempFolder } from './temp-folder.ts';

export interface Peer extends AsyncDisposable {
  readonly name: 'nbox' | 'workerd' | 'koa';
  readonly url: string;
}

/** What nbox and workerd run, word for word. */
export const handler = 'export default { fetch: (r) => Response.json({ hello: new URL(r.url).pathname }) }';
/** What the plugin sees as its path. */
const path = '/x';

/** @throws Error unless the peer answers as it should */
export async function verify({ name, url }: Peer): Promise<void> {
  const reply = await fetch(url);
  const text = await reply.text();
  if (
    reply.status !== 200 ||
    text !== JSON.stringify({ hello: path }) ||
    !reply.headers.get('content-type')?.startsWith('application/json')
  ) {
    throw new Error(`${name} answers ${reply.status} ${text.slice(0, 500)}`);
  }
}

export async function startNbox(): Promise<Peer> {
  const host = await NboxHost.start();
  // Strict checking wants the type; without it the text that runs is the same on both.
  await host.push('bench/throughput/hello', { source: handler.replace('(r)', '(r: Request)') });
  return { name: 'nbox', url: `${host.url}/bench/throughput/hello${path}`, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

export function workerd(): { readonly default: string; readonly compatibilityDate: string; readonly version: string } {
  return required('workerd') as ReturnType<typeof workerd>;
}

export async function startWorkerd(): Promise<Peer> {
  const { default: binary, compatibilityDate } = workerd();
  const folder = new TempFolder();
  const port = await freePort();
  const config = join(folder.path, 'config.capnp');
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "hello", worker = .hello)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "hello")]
);
const hello :Workerd.Worker = (
  modules = [(name = "hello.js", esModule = ${JSON.stringify(handler)})],
  compatibilityDate = ${JSON.stringify(compatibilityDate)}
);
`,
  );
  const child = new Child(binary, ['serve', config]);
  return started({ name: 'workerd', url: `http://127.0.0.1:${port}${path}` }, child, () => folder[Symbol.dispose]());
}

export async function startKoa(): Promise<Peer> {
  const port = await freePort();
  const child = new Child(process.execPath, [join(import.meta.dirname, '..', 'koa-server.ts'), String(port)], { NODE_ENV: 'production' });
  return started({ name: 'koa', url: `http://127.0.0.1:${port}${path}` }, child);
}

async function started(peer: Pick<Peer, 'name' | 'url'>, child: Child, clean: () => void = () => undefined): Promise<Peer> {
  const end = async () => {
    await child[Symbol.asyncDispose]();
    clean();
  };
  try {
    await child.ready(peer.name, async () => (await fetch(peer.url)).status === 200);
  } catch (error) {
    await end();
    throw error;
  }
  return { ...peer, [Symbol.asyncDispose]: end };
}
