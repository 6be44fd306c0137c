/** Requests of a server of this process, told when they are answered: by Node's own channel, so that nothing stands in their way. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answered } from './events.ts';

const channel = 'http.server.request.start';

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

/**
 * @param port of the server
 * @param prefix is left out of paths that begin with it
 * @returns what ends it
 */
export function tellRequests(port: number, prefix: string, tell: (answered: Answered) => void): () => void {
  const onRequest = (message: unknown): void => {
    const { request, response, server } = message as Started;
    if ((server.address() as AddressInfo | null)?.port !== port) return;
    const began = performance.now();
    const target = request.url ?? '';
    response.once('close', () => {
      tell({
        event: 'request',
        method: request.method ?? '',
        path: target.startsWith(`${prefix}/`) || target.startsWith(`${prefix}?`) ? target.slice(prefix.length) : target,
        status: response.writableFinished ? response.statusCode : null,
        ms: Math.round((performance.now() - began) * 10) / 10,
      });
    });
  };
  subscribe(channel, onRequest);
  return () => unsubscribe(channel, onRequest);
}
