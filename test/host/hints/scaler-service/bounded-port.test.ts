import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BoundedPort } from '../../../../host/hints/scaler-service/bounded-port.ts';

describe('BoundedPort', () => {
  let port: BoundedPort;
  let taken: number;
  let number: number;
  let sockets: Socket[];
  const start = async (connections: number, ofAddress: number) => {
    taken = 0;
    sockets = [];
    port = new BoundedPort({ connections, ofAddress }, (socket) => {
      taken += 1;
      socket.write('hello');
    });
    ({ port: number } = await port.listen('127.0.0.1', 0));
  };
  afterEach(() => {
    port.stop();
    port.cut();
    for (const socket of sockets) socket.destroy();
  });

  /** Whether the port takes it. */
  const open = async (localAddress: string): Promise<boolean> => {
    const socket = connect({ host: '127.0.0.1', port: number, localAddress }).on('error', () => undefined);
    sockets.push(socket);
    return await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  };

  it('takes so many connections, of one address fewer, and another when one has gone', async () => {
    await start(3, 2);
    assert.deepEqual([await open('127.0.0.1'), await open('127.0.0.1'), await open('127.0.0.1')], [true, true, false]);
    assert.deepEqual([await open('127.0.0.2'), await open('127.0.0.3')], [true, false]);
    assert.equal(taken, 3);
    sockets[0]?.destroy();
    // The port hears of it a little later.
    while (!(await open('127.0.0.4'))) await new Promise(setImmediate);
  });

  it('cuts what there is', async () => {
    await start(2, 2);
    await open('127.0.0.1');
    const closed = once(sockets[0] as Socket, 'close');
    port.cut();
    await closed;
  });
});
