/** Many plugins behind one port, each with a handler that differs from the others': on nbox, workerd, and isolated-vm. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PluginId, pluginId } from '../../loader/plugin-id.ts';
import { Child } from './child.ts';
import { Client } from './client.ts';
import { freePort } from './free-port.ts';
import { NboxHost } from './nbox-host.ts';
import { workerd } from './peers.ts';
import { required } from './required.ts';
import { TempFolder } from './temp-folder.ts';

/** Owned by whoever starts it. */
export interface Crowd extends AsyncDisposable {
  readonly name: string;
  readonly plugins: number;
  readonly origin: string;
  /** Of one plugin, where each has a port of its own. */
  readonly originOf?: (n: number) => string;
  /** The process under which all the others are. */
  readonly pid: number;
  /** From its start to its first answer, with all plugins there. */
  readonly startMs: number;
  /** What is asked of a plugin, counted from 0. */
  path(n: number): string;
  expected(n: number): string;
}

export type Kind = Pick<Crowd, 'name' | 'path' | 'expected' | 'originOf'>;

export const urlOf = ({ origin, originOf, path }: Pick<Crowd, 'origin' | 'originOf' | 'path'>, n: number): string =>
  (originOf?.(n) ?? origin) + path(n);

/** How long a peer may take to start with all its plugins. */
const startMs = 180_000;
/** Below those that the system gives to clients. */
const firstPort = 20_000;
/** Pushes, and first calls, that are under way at once. */
const together = 4;

/** The plugin's number is in its code and in its reply. */
export function handlerOf(n: number): string {
  return `export default { fetch: (r) => Response.json({ plugin: ${n}, hello: new URL(r.url).pathname }) }`;
}

export function idOf(n: number): PluginId {
  return pluginId('bench', 'density', `p${n}`);
}

/** Work for each number below `count`, some at a time. */
export async function forEach(count: number, work: (n: number, client: Client) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    using client = new Client();
    while (next < count) await work(next++, client);
  };
  await Promise.all(Array.from({ length: together }, worker));
}

/** Strict checking wants the type; without it the text that runs is the same as workerd's. */
export function push(host: NboxHost, n: number): Promise<unknown> {
  return host.push(idOf(n), { source: handlerOf(n).replace('(r)', '(r: Request)') });
}

/** A host on a data directory in which the plugins were stored. */
export async function startNboxCrowd(data: TempFolder, plugins: number, kind: Kind = nboxKind): Promise<Crowd> {
  const host = await NboxHost.start({ data });
  return answering({ ...kind, plugins, origin: host.url, pid: host.pid }, host.spawnedAt, () => host[Symbol.asyncDispose]());
}

export const nboxKind: Kind = {
  name: 'nbox',
  path: (n) => `/${idOf(n)}/x`,
  expected: (n) => JSON.stringify({ plugin: n, hello: '/x' }),
};

/** Those that are told apart by the first part of the path, and see the whole of it. */
const byFirstPart: Omit<Kind, 'name'> = {
  path: (n) => `/p${n}/x`,
  expected: (n) => JSON.stringify({ plugin: n, hello: `/p${n}/x` }),
};

/** What a router in workerd takes as the plugin's name: cheaper than parsing the whole URL. */
export const firstPart = "const from = r.url.indexOf('/', 8) + 1; const name = r.url.slice(from, r.url.indexOf('/', from));";

export async function startWorkerdCrowd(plugins: number): Promise<Crowd> {
  return startWorkerd({ name: 'workerd', ...byFirstPart }, plugins, await freePort(), routerConfig);
}

/** As `startWorkerdCrowd`, without a router: each service has a port, from a first one on. */
export async function startWorkerdPorts(plugins: number): Promise<Crowd> {
  const kind = { name: 'workerd, a port each', ...byFirstPart, originOf: (n: number) => `http://127.0.0.1:${firstPort + n}` };
  return startWorkerd(kind, plugins, firstPort, portsConfig);
}

/** What is beside the plugins' services in workerd's configuration. */
type Front = (
  numbers: readonly number[],
  port: number,
  worker: Worker,
) => { readonly services: readonly string[]; readonly sockets: readonly string[] };
type Worker = (code: string, more?: string) => string;

async function startWorkerd(kind: Kind, plugins: number, port: number, front: Front): Promise<Crowd> {
  const { default: binary, compatibilityDate } = workerd();
  const worker: Worker = (code, more = '') =>
    `(modules = [(name = "main.js", esModule = ${JSON.stringify(code)})], compatibilityDate = ${JSON.stringify(compatibilityDate)}${more})`;
  const numbers = Array.from({ length: plugins }, (_, n) => n);
  const { services, sockets } = front(numbers, port, worker);
  const own = numbers.map((n) => `(name = "p${n}", worker = ${worker(handlerOf(n))})`);
  const folder = new TempFolder();
  const file = join(folder.path, 'config.capnp');
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${[...services, ...own].join(',\n    ')}
  ],
  sockets = [
    ${sockets.join(',\n    ')}
  ]
);
`,
  );
  return startCrowd(kind, plugins, port, [binary, 'serve', file], () => folder[Symbol.dispose]());
}

const portsConfig: Front = (numbers, port) => ({
  services: [],
  sockets: numbers.map((n) => `(name = "h${n}", address = "127.0.0.1:${port + n}", http = (), service = "p${n}")`),
});

/** A router with a binding for each service. */
const routerConfig: Front = (numbers, port, worker) => {
  const bindings = numbers.map((n) => `(name = "p${n}", service = "p${n}")`).join(', ');
  const router = `export default { fetch(r, env) { ${firstPart} return env[name].fetch(r); } }`;
  return {
    services: [`(name = "router", worker = ${worker(router, `, bindings = [${bindings}]`)})`],
    sockets: [`(name = "http", address = "127.0.0.1:${port}", http = (), service = "router")`],
  };
};

export async function startIsolatedVmCrowd(plugins: number): Promise<Crowd> {
  required('isolated-vm');
  const port = await freePort();
  const server = join(import.meta.dirname, '..', 'isolated-vm-server.ts');
  const command = [process.execPath, '--no-node-snapshot', server, String(port), String(plugins)];
  return startCrowd({ name: 'isolated-vm', ...byFirstPart }, plugins, port, command);
}

async function startCrowd(
  kind: Kind,
  plugins: number,
  port: number,
  [command = '', ...args]: readonly string[],
  clean: () => void = () => undefined,
): Promise<Crowd> {
  const child = new Child(command, args, { NODE_ENV: 'production' });
  const end = async () => {
    await child[Symbol.asyncDispose]();
    clean();
  };
  const origin = `http://127.0.0.1:${port}`;
  const ready = () => child.ready(kind.name, async () => (await fetch(origin + kind.path(0))).status === 200, startMs);
  return answering({ ...kind, plugins, origin, pid: child.pid }, child.spawnedAt, end, ready);
}

/** It is its last plugin that is asked, so that no answer comes before the others are there. */
async function answering(
  crowd: Omit<Crowd, 'startMs' | keyof AsyncDisposable>,
  spawnedAt: number,
  end: () => Promise<void>,
  ready: () => Promise<void> = async () => undefined,
): Promise<Crowd> {
  try {
    await ready();
    using client = new Client();
    const n = crowd.plugins - 1;
    await client.expect(urlOf(crowd, n), crowd.expected(n));
    return { ...crowd, startMs: Math.round(performance.now() - spawnedAt), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
