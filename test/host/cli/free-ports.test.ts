/** host/cli/free-ports.ts */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { onFreePorts, type Ports } from '../../../host/cli/free-ports.ts';

describe('onFreePorts(port, start)', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });
  /** @throws what the system says of a port that is taken */
  const listen = async (port: number): Promise<number> => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as { port: number }).port;
  };
  const inUse = (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE';

  it('finds two that are free, and passes over those that are not', async () => {
    const first = await onFreePorts(undefined, async (ports) => ports);
    assert.notEqual(first.traffic, first.admin);
    for (const port of [first.traffic, first.admin]) await listen(port);
    const second = await onFreePorts(undefined, async (ports) => ports);
    for (const port of [second.traffic, second.admin]) await listen(port);
  });

  for (const which of ['traffic', 'admin'] as const) {
    it(`starts again on another one where that of ${which} was taken after it was found`, async () => {
      const tried: Ports[] = [];
      const got = await onFreePorts(undefined, async (ports) => {
        tried.push(ports);
        if (tried.length === 1) await listen(ports[which]);
        await listen(ports[which]);
        return ports;
      });
      assert.deepEqual([tried.length, got], [2, tried[1]]);
      assert.notEqual(tried[1]?.[which], tried[0]?.[which]);
    });
  }

  it('takes a port that was given as it is: where it is taken, that is told', async () => {
    const port = await listen(0);
    const tried: Ports[] = [];
    const started = onFreePorts(port, async (ports) => {
      tried.push(ports);
      return listen(ports.traffic);
    });
    await assert.rejects(started, inUse);
    assert.deepEqual([tried.length, tried[0]?.traffic], [1, port]);
  });

  it('gives up in the end, and at once on whatever else there is', async () => {
    let tries = 0;
    const always = onFreePorts(undefined, async ({ admin }) => {
      tries += 1;
      await listen(admin);
      await listen(admin);
    });
    await assert.rejects(always, inUse);
    assert.equal(tries, 5);
    await assert.rejects(
      onFreePorts(undefined, async () => {
        tries += 1;
        throw new Error('no disk');
      }),
      /no disk/,
    );
    assert.equal(tries, 6);
  });
});
