/** A port whose connections are few, of one address fewer: what the service behind it holds for each, strangers can make it hold. */

import { createServer, type Server, type Socket } from 'node:net';
import { type Address, listen } from '../../http-server.ts';

export interface PortBounds {
  readonly connections: number;
  readonly ofAddress: number;
}

export class BoundedPort {
  readonly #server: Server;
  readonly #bounds: PortBounds;
  readonly #take: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();

  /** @param take owns the socket from then on */
  constructor(bounds: PortBounds, take: (socket: Socket) => void) {
    this.#bounds = bounds;
    this.#take = take;
    this.#server = createServer((socket) => this.#connected(socket));
    this.#server.maxConnections = bounds.connections;
  }

  /** @throws Error where it is taken */
  listen(host: string, port: number): Promise<Address> {
    return listen(this.#server, host, port);
  }

  /** Takes no new connections. */
  stop(): void {
    this.#server.close();
  }

  /** Cuts those that there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #connected(socket: Socket): void {
    const { remoteAddress } = socket;
    const own = [...this.#sockets].filter((one) => one.remoteAddress === remoteAddress).length;
    if (own >= this.#bounds.ofAddress) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    this.#take(socket);
  }
}
