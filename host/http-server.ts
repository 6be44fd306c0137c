/** An HTTP server as both ports have it. */

import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { TlsFiles } from './tls-files.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How long a client may take to agree on TLS. */
const handshakeTimeout = 10_000;
/** How often a server that is closing looks for idle connections. */
const idleMs = 50;

/**
 * Node tells a client that it may send its body (`Expect: 100-continue`) in the middle of the reply, between head and body,
 * where the reply has waited for those of earlier requests on its connection. So here it is told when the reply's turn
 * comes, and not at all where that is already made.
 */
export function createHttpServer(options: ServerOptions, listener: RequestListener, tls?: TlsFiles): Server {
  const server = tls === undefined ? createServer(options, listener) : overTls(options, listener, tls);
  server.on('checkContinue', (req, res) => {
    if (res.socket !== null) res.writeContinue();
    else {
      res.once('socket', () => {
        if (!res.headersSent) res.writeContinue();
      });
    }
    listener(req, res);
  });
  return server;
}

function overTls(options: ServerOptions, listener: RequestListener, tls: TlsFiles): Server {
  const server = createTlsServer({ ...options, ...tls.pair, handshakeTimeout }, listener);
  tls.serve(server);
  return server;
}

export function listen(server: NetServer, host: string, port: number): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

/** Takes no new connection, closes idle ones, and cuts what still runs when the time is over. */
export async function closeServer(server: Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // `close` ends the connections that are idle now; those that become so later would live on for their keep-alive.
  const idle = setInterval(() => server.closeIdleConnections(), idleMs);
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
