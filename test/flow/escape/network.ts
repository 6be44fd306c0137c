/** The network, by every way that Node has to it, and by the native classes below them. */

import dgram from 'node:dgram';
import dns from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { type Attempts, emitted, expectZero, unlessDenied } from './attempt.ts';

// biome-ignore lint/suspicious/noExplicitAny: Node's insides have no types
type Native = any;

const host = '127.0.0.1';

/** What Node makes for a connection, given to a handle that only notes it. */
function requestOf(connect: (socket: net.Socket) => void): Promise<Native> {
  return new Promise((resolve, reject) => {
    const note = (request: Native) => {
      request.oncomplete = () => {};
      resolve(request);
      return 0;
    };
    const nothing = () => 0;
    const handle = { connect: note, readStart: nothing, readStop: nothing, close: nothing, ref: nothing, unref: nothing };
    const socket = new net.Socket({ handle } as never);
    socket.on('error', reject);
    connect(socket);
  });
}

/** Node makes the handle before it asks whether it may connect. */
function tcpClass(port: number): Native {
  const socket = net.connect({ port, host });
  socket.on('error', () => {});
  const { constructor } = (socket as Native)._handle;
  socket.destroy();
  return constructor;
}

/** That of the channel to the host. */
function pipeClass(): Native {
  const handles = (process as Native)._getActiveHandles().map((one: Native) => one._handle ?? one);
  return handles.find((one: Native) => one.constructor.name === 'Pipe').constructor;
}

export const network: Attempts = {
  'connect to a port': ({ tcpPort }) => emitted(net.connect(tcpPort, host), 'connect'),
  'connect to a port by name': ({ tcpPort }) => emitted(net.connect(tcpPort, 'localhost'), 'connect'),
  'connect to a socket file': ({ socket }) => emitted(net.connect(socket), 'connect'),
  'connect to an abstract socket': ({ pid }) => emitted(net.connect(`\0nbox-test-${pid}`), 'connect'),
  'connect by TLS': ({ tcpPort }) => emitted(tls.connect(tcpPort, host), 'connect'),
  'connect by HTTP/2': ({ tcpPort }) => emitted(http2.connect(`http://${host}:${tcpPort}`), 'connect'),
  'make a request': ({ tcpPort }) => emitted(http.get({ port: tcpPort, host, agent: false }), 'response'),
  fetch: ({ tcpPort }) => fetch(`http://${host}:${tcpPort}`),
  'open a WebSocket': ({ tcpPort }) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host}:${tcpPort}`);
      socket.onopen = resolve;
      socket.onerror = reject;
    }),
  'listen on a port': () => emitted(net.createServer().listen(0, host), 'listening'),
  'listen on a socket file': ({ scratch }) => emitted(net.createServer().listen(`${scratch}/listening`), 'listening'),
  'listen on an abstract socket': ({ pid }) => emitted(net.createServer().listen(`\0nbox-made-${pid}`), 'listening'),
  'serve HTTP': () => emitted(http.createServer().listen(0, host), 'listening'),
  'send a datagram': ({ udpPort }) =>
    new Promise<void>((resolve, reject) => {
      const socket = dgram.createSocket('udp4');
      socket.on('error', reject);
      socket.send('x', udpPort, host, (error) => (error === null ? resolve() : reject(error)));
    }),
  'connect a datagram socket': ({ udpPort }) =>
    new Promise<void>((resolve, reject) => {
      const socket = dgram.createSocket('udp4');
      socket.on('error', reject);
      socket.connect(udpPort, host, resolve);
    }),
  'bind a datagram socket': () => emitted(dgram.createSocket('udp4').bind(0, host), 'listening'),
  'look a name up': () => dns.promises.lookup('localhost'),
  'look an address up': () => unlessDenied(() => dns.promises.lookupService(host, 80)),
  'ask a name server': ({ udpPort }) => {
    const resolver = new dns.promises.Resolver({ timeout: 50, tries: 1 });
    resolver.setServers([`${host}:${udpPort}`]);
    return unlessDenied(() => resolver.resolve4('a.example'));
  },
  'connect natively': async ({ tcpPort }) => {
    const request = await requestOf((socket) => socket.connect(tcpPort, host));
    expectZero(new (tcpClass(tcpPort))(0).connect(request, host, tcpPort));
  },
  'bind natively': ({ tcpPort }) => expectZero(new (tcpClass(tcpPort))(0).bind(host, 0)),
  'listen natively': ({ tcpPort }) => {
    const handle = new (tcpClass(tcpPort))(0);
    handle.bind(host, 0);
    expectZero(handle.listen(1));
  },
  'connect to a socket file natively': async ({ socket }) => {
    const request = await requestOf((one) => one.connect(socket));
    expectZero(new (pipeClass())(0).connect(request, socket));
  },
  'bind a socket file natively': ({ scratch }) => expectZero(new (pipeClass())(0).bind(`${scratch}/bound`)),
};
