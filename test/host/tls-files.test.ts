/** host/tls-files.ts and host/http-server.ts over TLS, with certificates that openssl makes. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { ConfigError } from '../../host/config/config.ts';
import { createHttpServer } from '../../host/http-server.ts';
import { TlsFiles } from '../../host/tls-files.ts';
import { quietLog, TempDir } from './doubles.ts';

describe('TlsFiles', () => {
  let temp: TempDir;
  let cert: string;
  let key: string;
  let files: TlsFiles | undefined;
  let server: Server | undefined;
  let stops = 0;
  const file = (name: string) => join(temp.path, name);

  function make(name: string): void {
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)], { stdio: 'pipe' });
  }

  function use(name: string, keyName = name): void {
    copyFileSync(file(`${name}.pem`), cert);
    copyFileSync(file(`${keyName}.key`), key);
  }

  before(() => {
    temp = new TempDir();
    [cert, key] = [file('cert.pem'), file('key.pem')];
    make('first');
    make('second');
  });
  after(() => temp[Symbol.dispose]());
  beforeEach(() => {
    stops = 0;
    use('first');
  });
  afterEach(async () => {
    server?.close();
    if (server !== undefined) await once(server, 'close');
    server = undefined;
    files?.close();
    files = undefined;
  });

  const open = () =>
    TlsFiles.open({
      ...{ cert, key, log: quietLog },
      every: () => () => {
        stops += 1;
      },
    });

  async function start(): Promise<number> {
    files = await open();
    server = createHttpServer({}, (_req, res) => res.end('hello'), files).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Whose certificate is shown, and what is answered. */
  async function ask(port: number): Promise<readonly [name: string, body: string]> {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const name = socket.getPeerCertificate().subject.CN as string;
    socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk;
    return [name, text.slice(text.lastIndexOf('\n') + 1)];
  }

  it('has a server speak TLS with what the files have, and with what they have later', async () => {
    const port = await start();
    assert.deepEqual(await ask(port), ['first', 'hello']);
    use('second');
    await files?.look();
    assert.deepEqual(await ask(port), ['second', 'hello']);
  });

  for (const [title, spoil] of [
    ['a certificate that is none', () => writeFileSync(cert, 'nonsense')],
    ['a certificate of another key', () => use('second', 'first')],
    ['an empty key', () => writeFileSync(key, '')],
    ['half of a certificate', () => writeFileSync(cert, readFileSync(file('second.pem')).subarray(0, 200))],
  ] as const) {
    it(`keeps the old ones while there is ${title}, and takes the next good ones`, async () => {
      const port = await start();
      spoil();
      await files?.look();
      assert.deepEqual(await ask(port), ['first', 'hello']);
      use('second');
      await files?.look();
      assert.deepEqual(await ask(port), ['second', 'hello']);
    });

    it(`does not open with ${title}`, async () => {
      spoil();
      await assert.rejects(open(), (error) => error instanceof ConfigError && /^--tls-cert and --tls-key: /.test(error.message));
    });
  }

  it('looks no more once it is closed', async () => {
    files = await open();
    files.close();
    assert.equal(stops, 1);
  });
});
