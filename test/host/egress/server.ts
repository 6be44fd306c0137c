/** A small server to fetch from, and an egress that may reach it. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EgressGuard, parseAllowance } from '../../../guards/egress.ts';
import { EgressError } from '../../../guards/egress-error.ts';
import { parseHostPattern } from '../../../guards/host-pattern.ts';
import type { AgentBounds, Resolve } from '../../../host/egress/agents.ts';
import { defaultEgressBounds, Egress, type EgressRequest, type EgressResponse } from '../../../host/egress/egress.ts';

export type Handle = (req: IncomingMessage, res: ServerResponse) => void;

export class TestServer {
  readonly server: Server;
  handle: Handle = (_req, res) => void res.end('hello');
  readonly requests: IncomingMessage[] = [];
  /** Sockets that were opened. */
  connections = 0;

  private constructor() {
    this.server = createServer((req, res) => {
      this.requests.push(req);
      this.handle(req, res);
    });
    this.server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<TestServer> {
    const one = new TestServer();
    one.server.listen(0, '127.0.0.1');
    await once(one.server, 'listening');
    return one;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export interface Options {
  readonly allow?: readonly string[];
  readonly ownPorts?: readonly number[];
  readonly bounds?: Partial<AgentBounds>;
  readonly resolve?: Resolve;
}

/** The loopback is allowed unless other allowances are given. */
export function openEgress({ allow = ['127.0.0.1'], ownPorts = [], bounds, resolve }: Options = {}): Egress {
  const guard = new EgressGuard({
    enabled: true,
    allow: allow.map((text) => parseAllowance(text) as NonNullable<ReturnType<typeof parseAllowance>>),
    ownPorts: new Set(ownPorts),
    localAddresses: () => [],
  });
  return new Egress({ guard, bounds: { ...defaultEgressBounds, ...bounds }, ...(resolve === undefined ? {} : { resolve }) });
}

type Asked = Partial<Omit<EgressRequest, 'url'>> & { signal?: AbortSignal; grants?: string[]; plugin?: string };

/** Fetches a URL whose host is granted. */
export function ask(egress: Egress, url: string, asked: Asked = {}): Promise<EgressResponse> {
  const { signal = new AbortController().signal, grants = [new URL(url).host], plugin = 'a/b/c', ...request } = asked;
  const patterns = grants.map((text) => parseHostPattern(text) as NonNullable<ReturnType<typeof parseHostPattern>>);
  const whole: EgressRequest = {
    method: 'GET',
    headers: [],
    redirect: 'follow',
    body: undefined,
    mostBytes: 1e9,
    ...request,
    url: new URL(url),
  };
  return egress.fetch(plugin, patterns, whole, signal);
}

export async function bytesOf({ body }: EgressResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let chunk = await body?.read(); chunk !== undefined; chunk = await body?.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const textOf = async (response: EgressResponse): Promise<string> => (await bytesOf(response)).toString();

/** Why it failed. */
export async function failure(promise: Promise<unknown>): Promise<EgressError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EgressError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
