import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { ask, failure, openEgress, textOf } from './server.ts';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

describe('Egress over TLS', () => {
  // For secure.example, by nobody that others trust.
  const [cert, key] = [fixture('cert.pem'), fixture('key.pem')];
  const server = createServer({ cert, key }, (req, res) => res.end(`${req.headers.host} ${(req.socket as TLSSocket).servername}`));
  let port: number;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const open = () => openEgress({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });

  it('refuses a certificate that nobody vouches for', async () => {
    const egress = open();
    const error = await failure(ask(egress, `https://secure.example:${port}/`));
    assert.match(error.message, /^secure\.example:\d+ cannot be reached: its certificate is not to be trusted$/);
    await egress.close();
  });

  describe('to a server that is trusted', () => {
    const before_ = getCACertificates('default');
    before(() => setDefaultCACertificates([...before_, cert]));
    after(() => setDefaultCACertificates(before_));

    it('asks for the name, at the address that was checked', async () => {
      const egress = open();
      assert.equal(await textOf(await ask(egress, `https://secure.example:${port}/`)), `secure.example:${port} secure.example`);
      await egress.close();
    });

    it('refuses a certificate that is for another name', async () => {
      const egress = open();
      const error = await failure(ask(egress, `https://other.example:${port}/`));
      assert.match(error.message, /its certificate is for another name$/);
      await egress.close();
    });
  });
});
