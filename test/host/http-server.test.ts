import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createHttpServer } from '../../host/http-server.ts';
import { exchange, readResponses } from '../support/raw-http.ts';

const post = 'POST /second HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n';

describe('createHttpServer(options, listener)', () => {
  let server: Server | undefined;
  const start = async (listener: RequestListener) => {
    server = createHttpServer({}, listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  afterEach(async () => {
    server?.close();
    await once(server as Server, 'close');
  });

  it('sends no 100 Continue into a reply that has waited for its turn', async () => {
    const second = Promise.withResolvers<void>();
    const port = await start(async (req, res) => {
      if (req.url === '/first') await second.promise;
      res.writeHead(200, { 'content-length': req.url?.length });
      res.end(Buffer.from(req.url as string));
      second.resolve();
    });
    const received = await exchange(port, Buffer.from(`GET /first HTTP/1.1\r\nHost: a\r\n\r\n${post}body`));
    const bodies = readResponses(received, ['GET', 'POST']).map(({ body }) => body);
    assert.deepEqual(bodies, ['/first', '/second']);
  });

  for (const first of ['', 'GET /first HTTP/1.1\r\nHost: a\r\n\r\n']) {
    it(`lets a client send its body that waits to be told so${first === '' ? '' : ', also behind another request'}`, async () => {
      const port = await start(async (req, res) => {
        let body = '';
        for await (const chunk of req) body += chunk;
        res.end(`got ${body}`);
      });
      const client = connect(port, '127.0.0.1');
      let received = '';
      client.setEncoding('latin1').on('data', (text: string) => {
        received += text;
        if (text.includes('100 Continue')) client.write('body');
      });
      client.write(first + post);
      await once(client, 'close');
      assert.match(received, /100 Continue.*got body$/s);
    });
  }
});
