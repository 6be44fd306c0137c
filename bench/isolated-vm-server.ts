/** Plugins in isolates of V8, each with a handler of its own: `node --no-node-snapshot isolated-vm-server.ts PORT PLUGINS`. */

import { createServer } from 'node:http';
import { required } from './lib/required.ts';

interface IsolatedVm {
  Isolate: new (options: {
    /** In MB. */
    readonly memoryLimit: number;
  }) => {
    createContextSync(): {
      evalSync(code: string, options: { readonly reference: true }): { applySync(receiver: undefined, args: readonly unknown[]): unknown };
    };
  };
}

const { Isolate } = required('isolated-vm') as IsolatedVm;
const [port = 0, plugins = 0] = process.argv.slice(2).map(Number);

const handlers = new Map<string, (path: string) => string>();
for (let n = 0; n < plugins; n++) {
  // The least that the library takes.
  const context = new Isolate({ memoryLimit: 8 }).createContextSync();
  const handler = context.evalSync(`(path) => JSON.stringify({ plugin: ${n}, hello: path })`, { reference: true });
  handlers.set(`p${n}`, (path) => handler.applySync(undefined, [path]) as string);
}

createServer((request, response) => {
  const path = request.url ?? '';
  const handler = handlers.get(path.slice(1, path.indexOf('/', 1)));
  if (handler === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(handler(path));
}).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
