/** workerd with a Worker Loader: a plugin is made from its code when it is first called by name, as nbox wakes one that was evicted. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import { firstPart } from './crowds.ts';
import { freePort } from './free-port.ts';
import { handler, workerd } from './peers.ts';
import { TempFolder } from './temp-folder.ts';

/** Owned by whoever starts it. */
export interface WorkerLoader extends AsyncDisposable {
  /** Each name is a plugin of its own, with the name in its code; letters, digits and hyphens. */
  url(name: string): string;
  expected(name: string): string;
}

export async function startWorkerLoader(): Promise<WorkerLoader> {
  const { default: binary, compatibilityDate } = workerd();
  const folder = new TempFolder();
  const port = await freePort();
  const config = join(folder.path, 'config.capnp');
  // What differs between plugins is where nbox's differ, too.
  const date = JSON.stringify(compatibilityDate);
  const code = `${JSON.stringify(handler)}.replace('{ hello', '{ plugin: "' + name + '", hello')`;
  const load = `() => ({ compatibilityDate: ${date}, mainModule: 'main.js', modules: { 'main.js': ${code} } })`;
  const router = `export default { fetch(r, env) { ${firstPart} return env.LOADER.get(name, ${load}).getEntrypoint().fetch(r); } }`;
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "router", worker = .router)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "router")]
);
const router :Workerd.Worker = (
  modules = [(name = "router.js", esModule = ${JSON.stringify(router)})],
  bindings = [(name = "LOADER", workerLoader = ())],
  compatibilityDate = ${date}
);
`,
  );
  // The loader is behind this flag.
  const child = new Child(binary, ['serve', '--experimental', config]);
  const end = async () => {
    await child[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
  const url = (name: string) => `http://127.0.0.1:${port}/${name}/x`;
  try {
    await child.ready('workerd with a Worker Loader', async () => (await fetch(url('ready'))).status === 200);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, expected: (name) => JSON.stringify({ plugin: name, hello: `/${name}/x` }), [Symbol.asyncDispose]: end };
}
