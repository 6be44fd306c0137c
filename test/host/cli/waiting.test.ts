/** host/cli/admin-client.ts: what a command says on a terminal while a host takes its time. */

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasTmux, Terminal } from '../../support/tmux.ts';
import { cliEntry } from './run-cli.ts';

describe(`waiting for a host${hasTmux ? '' : ' (skipped: it takes tmux)'}`, function () {
  this.slow(10_000);
  before(function () {
    if (!hasTmux) this.skip();
  });

  it('is told after a second, and taken away when the answer is there', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    const server = createServer((_, res) => asked.resolve(res)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    {
      await using terminal = await Terminal.open({ width: 100, env: { NBOX_URL: url, NBOX_TOKEN: 'x' } });
      await terminal.type(`clear; "${process.execPath}" "${cliEntry}" ls`);
      await terminal.press('Enter');
      const reply = await asked.promise;
      await terminal.until(/^waiting for http:\/\/127\.0\.0\.1:\d+ …$/m);
      reply.setHeader('content-type', 'application/json').end('{"plugins":[]}');
      await terminal.until(/^There is no plugin yet[^\n]*\n> $/);
    }
    server.close();
    await once(server, 'close');
  });
});
