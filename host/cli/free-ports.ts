/** Ports for a host that takes those that are free: it listens some time after they were found, and another may be quicker. */

import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Ports {
  readonly traffic: number;
  readonly admin: number;
}

const firstPorts: Ports = { traffic: 8_080, admin: 8_081 };
/** Of those after it. */
const triedPorts = 20;
const tries = 5;

/**
 * @param port of the traffic; where it is given, no other will do
 * @param start on the loopback; called again, with other ports, where one of these was taken meanwhile
 * @throws what `start` throws, of the last try
 */
export async function onFreePorts<T>(port: number | undefined, start: (ports: Ports) => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    const traffic = port ?? (await freePort(firstPorts.traffic));
    const admin = await freePort(firstPorts.admin, traffic);
    try {
      return await start({ traffic, admin });
    } catch (error) {
      const found = port === undefined ? [traffic, admin] : [admin];
      if (left === 0 || !isTaken(error, found)) throw error;
    }
  }
}

function isTaken(error: unknown, ports: readonly number[]): boolean {
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  return code === 'EADDRINUSE' && port !== undefined && ports.includes(port);
}

/** The first that is free from there on, else any. */
async function freePort(first: number, taken?: number): Promise<number> {
  for (let port = first; port < first + triedPorts; port++) if (port !== taken && (await isFree(port))) return port;
  return 0;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!(await isListening)) return false;
  server.close();
  await once(server, 'close');
  return true;
}
