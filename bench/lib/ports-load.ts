/** A load over many ports, where wrk knows one: connections are kept for each, and each request goes to one at random. */

import { connect, type Socket } from 'node:net';
import { percentile, round } from './statistics.ts';
import type { WrkResult } from './wrk.ts';

export interface PortsLoad {
  /** Where each that may be asked answers. */
  readonly urls: readonly string[];
  /** Requests that are under way at once. */
  readonly connections: number;
  readonly seconds: number;
}

interface Target {
  readonly port: number;
  readonly request: string;
  /** Connections that are free. */
  readonly idle: Socket[];
}

/** One reply of a connection, whose body has its length told. */
const reply = /^HTTP\/1\.1 (\d+) .*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n/is;

export async function portsLoad({ urls, connections, seconds }: PortsLoad): Promise<WrkResult> {
  const targets = urls.map((url): Target => {
    const { port, pathname, host } = new URL(url);
    return { port: Number(port), request: `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, idle: [] };
  });
  const took: number[] = [];
  let errors = 0;
  const began = performance.now();
  const until = began + seconds * 1_000;
  const loop = async () => {
    for (let now = performance.now(); now < until; now = performance.now()) {
      const target = targets[Math.floor(Math.random() * targets.length)] as Target;
      if ((await ask(target)) === 200) took.push((performance.now() - now) * 1_000);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const elapsed = (performance.now() - began) / 1_000;
  for (const { idle } of targets) for (const socket of idle) socket.destroy();
  const [p50Us, p99Us] = took.length === 0 ? [0, 0] : [percentile(took, 50), percentile(took, 99)];
  return { requests: took.length, requestsPerS: round(took.length / elapsed), p50Us: Math.round(p50Us), p99Us: Math.round(p99Us), errors };
}

/** @returns the status, or `undefined` where no reply came; a server may close a connection that was idle, and then another is made */
async function ask(target: Target): Promise<number | undefined> {
  for (;;) {
    const kept = target.idle.pop();
    const socket =
      kept ??
      connect(target.port, '127.0.0.1')
        .setNoDelay()
        .on('error', () => undefined);
    const status = await exchange(socket, target.request);
    if (status !== undefined) {
      target.idle.push(socket);
      return status;
    }
    if (kept === undefined) return undefined;
  }
}

function exchange(socket: Socket, request: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const end = (status: number | undefined) => {
      socket.off('data', onData);
      socket.off('close', onClose);
      resolve(status);
    };
    const onClose = () => end(undefined);
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = reply.exec(text);
      if (head !== null && text.length >= head[0].length + Number(head[2])) end(Number(head[1]));
    };
    if (socket.destroyed) {
      resolve(undefined);
      return;
    }
    socket.on('data', onData).once('close', onClose);
    socket.write(request);
  });
}
