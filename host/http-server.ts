/** An HTTP server as both ports have it. */

import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

/**
 * Node tells a client that it may send its body (`Expect: 100-continue`) in the middle of the reply, between head and body,
 * where the reply has waited for those of earlier requests on its connection. So here it is told when the reply's turn
 * comes, and not at all where that is already made.
 */
export function createHttpServer(options: ServerOptions, listener: RequestListener): Server {
  const server = createServer(options, listener);
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
