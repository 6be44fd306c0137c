/** nbox, workerd and isolated-vm behind koa, each with the same plugins, some of which are noisy. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pluginId } from '../../loader/plugin-id.ts';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';
import { NboxHost } from './nbox-host.ts';
import { cpuMs, light, moduleOf, type NoisyPlugin, roundsFor, workOf } from './noise.ts';
import { workerd } from './peers.ts';
import { required } from './required.ts';
import { TempFolder } from './temp-folder.ts';

/** Owned by whoever starts it. */
export interface System extends AsyncDisposable {
  readonly ended: boolean;
  url(plugin: string): string;
}

export interface Starter {
  readonly name: 'nbox' | 'workerd' | 'isolated-vm';
  /** Whether its plugins have limits of their own; where they have none, a call that burns CPU ends by itself after as long. */
  readonly start: (plugins: readonly NoisyPlugin[]) => Promise<System>;
}

/** Each is new in each phase: what one noise leaves behind is not to be taken for the next one's doing. */
export const nbox: Starter = {
  name: 'nbox',
  async start(plugins) {
    const host = await NboxHost.start();
    const idOf = (name: string) => pluginId('bench', 'noisy', name);
    try {
      for (const plugin of plugins)
        await host.push(idOf(plugin.name), { files: { 'index.js': moduleOf(plugin, Number.POSITIVE_INFINITY) } });
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return {
      get ended() {
        return host.ended;
      },
      url: (name) => `${host.url}/${idOf(name)}/x`,
      [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
    };
  },
};

/** A service for each plugin, on a port of its own: without a router, which would take the most of each request. */
export const workerdServices: Starter = {
  name: 'workerd',
  async start(plugins) {
    const { default: binary, compatibilityDate } = workerd();
    // It has no limit of CPU time: an endless loop would say no more of it than the first call of one.
    const rounds = roundsFor(cpuMs);
    const ports = new Map<string, number>();
    for (const { name } of plugins) ports.set(name, await freePort());
    const folder = new TempFolder();
    const file = join(folder.path, 'config.capnp');
    const services = plugins.map(
      (plugin) =>
        `(name = "${plugin.name}", worker = (modules = [(name = "main.js", esModule = ${JSON.stringify(moduleOf(plugin, rounds))})], compatibilityDate = ${JSON.stringify(compatibilityDate)}))`,
    );
    const sockets = [...ports].map(
      ([name, port]) => `(name = "http-${name}", address = "127.0.0.1:${port}", http = (), service = "${name}")`,
    );
    writeFileSync(
      file,
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')}
  ],
  sockets = [
    ${sockets.join(',\n    ')}
  ]
);
`,
    );
    const url = (name: string) => `http://127.0.0.1:${ports.get(name)}/x`;
    return startChild('workerd', [binary, 'serve', file], url, () => folder[Symbol.dispose]());
  },
};

export const isolatesServer: Starter = {
  name: 'isolated-vm',
  async start(plugins) {
    required('isolated-vm');
    const port = await freePort();
    const code = ({ name, kind }: NoisyPlugin) =>
      `(path) => { ${workOf(kind, Number.POSITIVE_INFINITY)} return JSON.stringify({ plugin: ${JSON.stringify(name)}, hello: path }); }`;
    const handlers = JSON.stringify(Object.fromEntries(plugins.map((plugin) => [plugin.name, code(plugin)])));
    const server = join(import.meta.dirname, '..', 'isolates-server.ts');
    const command = [process.execPath, '--no-node-snapshot', server, String(port), handlers];
    return startChild('isolated-vm', command, (name) => `http://127.0.0.1:${port}/${name}/x`);
  },
};

async function startChild(
  name: string,
  [command = '', ...args]: readonly string[],
  url: System['url'],
  clean: () => void = () => undefined,
): Promise<System> {
  const child = new Child(command, args, { NODE_ENV: 'production' });
  const end = async () => {
    // One that hangs does not hear of being asked.
    child.kill();
    await child.closed;
    clean();
  };
  try {
    await child.ready(name, async () => (await fetch(url(light.name))).status === 200);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    get ended() {
      return child.hasExited;
    },
    url,
    [Symbol.asyncDispose]: end,
  };
}
