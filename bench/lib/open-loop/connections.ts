/** Connections to one origin that are kept, each with one request at a time; another is opened where none is free. */

import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** With the line of the status. */
  readonly head: string;
}

/** A request under way. */
export interface Exchange {
  readonly request: string;
  /** Whether it was sent again: a server may close an idle connection just when a request is on its way. */
  repeated: boolean;
  socket: Socket | undefined;
  /** Called once, with nothing where the connection was lost. */
  readonly end: (answer: Answer | undefined) => void;
}

/** What is told of the connections of all origins. */
export interface Count {
  open: number;
  most: number;
  readonly limit: number;
}

const status = /^HTTP\/1\.1 (\d{3})/;
const length = /\r\ncontent-length: (\d+)\r\n/i;
const closing = /\r\nconnection: close\r\n/i;

export class Connections {
  readonly #host: string;
  readonly #port: number;
  readonly #count: Count;
  readonly #idle: Socket[] = [];
  readonly #running = new Map<Socket, Exchange>();

  constructor({ hostname, port }: URL, count: Count) {
    this.#host = hostname;
    this.#port = Number(port);
    this.#count = count;
  }

  /** @returns whether there was a connection for it, or could be */
  send(exchange: Exchange): boolean {
    let socket = this.#idle.pop();
    while (socket?.destroyed === true) socket = this.#idle.pop();
    if (socket === undefined && this.#count.open >= this.#count.limit) return false;
    socket ??= this.#open();
    exchange.socket = socket;
    this.#running.set(socket, exchange);
    socket.write(exchange.request, 'latin1');
    return true;
  }

  /** Nobody waits for its reply any more. */
  abandon({ socket }: Exchange): void {
    if (socket === undefined) return;
    this.#running.delete(socket);
    socket.destroy();
  }

  #open(): Socket {
    const socket = connect(this.#port, this.#host).setNoDelay();
    this.#count.open += 1;
    this.#count.most = Math.max(this.#count.most, this.#count.open);
    let text = '';
    let replies = 0;
    socket.on('data', (chunk: Buffer) => {
      const exchange = this.#running.get(socket);
      text += chunk.toString('latin1');
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd < 0) return;
      const head = text.slice(0, headEnd + 4);
      const bodyLength = length.exec(head)?.[1];
      // Every reply to these requests has a length; one without it, or one that nobody asked for, is a failure.
      if (exchange === undefined || bodyLength === undefined) {
        socket.destroy();
        return;
      }
      if (text.length < head.length + Number(bodyLength)) return;
      const answer = { status: Number(status.exec(head)?.[1]), body: text.slice(head.length), head };
      text = '';
      replies += 1;
      this.#running.delete(socket);
      if (closing.test(head)) socket.destroy();
      else this.#idle.push(socket);
      exchange.end(answer);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#count.open -= 1;
      const exchange = this.#running.get(socket);
      this.#running.delete(socket);
      if (exchange === undefined) return;
      if (replies === 0 || text !== '' || exchange.repeated) exchange.end(undefined);
      else {
        exchange.repeated = true;
        if (!this.send(exchange)) exchange.end(undefined);
      }
    });
    return socket;
  }
}
