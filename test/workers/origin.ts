/** The server that the example plugins fetch from, and what it was asked. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const page =
  '<html><a class="x" href="https://old.example/x">x</a><img src=\'https://old.example/i.png\'><p>https://old.example</p></html>';

type Answer = (url: URL) => { status?: number; type?: string; headers?: Record<string, string>; body: string | Buffer };

const answers: Record<string, Answer> = {
  '/page': () => ({ type: 'text/html', body: page }),
  '/image.png': () => ({ type: 'image/png', body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]) }),
  '/control': () => ({ body: 'control' }),
  '/test': () => ({ body: 'test' }),
  '/large': () => ({ type: 'application/octet-stream', body: Buffer.alloc(1_000_000, 'x') }),
  '/secrets': () => ({ body: 'card 4111 1111 1111 1111, mail zoe@shop.example, phone 07123456789, year 2026\n' }),
  '/headers': ({ searchParams }) => ({
    status: Number(searchParams.get('status') ?? 200),
    headers: { 'x-header-to-delete': 'old', 'x-header-to-change': 'old', 'x-kept': 'kept' },
    body: 'headers',
  }),
};

export class Origin {
  /** `GET /path`, with what was posted to the log and what was asked to be verified. */
  readonly #asked: string[] = [];
  readonly #server = createServer((req, res) => void this.#answer(req, res));

  static async start(): Promise<Origin> {
    const origin = new Origin();
    origin.#server.listen(0, '127.0.0.1');
    await once(origin.#server, 'listening');
    return origin;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What it was asked since this was last called. */
  take(): string[] {
    return this.#asked.splice(0);
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url as string, 'http://origin');
    const body = await buffer(req);
    const path = url.pathname;
    const send = (type: string, content: string | Buffer, status = 200, headers = {}) =>
      res.writeHead(status, { 'content-type': type, 'x-powered-by': 'origin', ...headers }).end(content);
    if (path === '/siteverify') {
      const form = await new Response(body, { headers: { 'content-type': req.headers['content-type'] as string } }).formData();
      this.#asked.push(`POST /siteverify ${form.get('secret')} ${form.get('response')} ${form.get('remoteip')}`);
      send('application/json', JSON.stringify({ success: form.get('secret') === 'secret-1' && form.get('response') === 'good' }));
      return;
    }
    this.#asked.push(`${req.method} ${req.url}${path === '/log' ? ` ${body}` : ''}`);
    const json = /^\/json\/(\w+)$/.exec(path);
    // Until the client gives up.
    if (path === '/never') return;
    if (path === '/log') send('text/plain', 'noted');
    else if (json !== null) send('application/json', JSON.stringify({ name: json[1] }));
    else if (path.endsWith('/echo'))
      send('application/json', JSON.stringify({ method: req.method, url: req.url, headers: req.headers, body: body.toString() }));
    else {
      const { status, type = 'text/plain', headers, body: content } = answers[path]?.(url) ?? { status: 404, body: 'no such page' };
      send(type, content, status, headers);
    }
  }
}
