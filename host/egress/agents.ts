/**
 * Connections to other services. Each plugin has its own: what one leaves behind on a kept connection, another must not
 * read. A connection goes to the addresses that the guard has just checked, and to no others.
 */

import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Agent, Pool } from 'undici';
import type { EgressGuard } from '../../guards/egress.ts';
import { EgressError } from '../../guards/egress-error.ts';

export interface Resolved {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. Asked once for each connection. */
export type Resolve = (hostname: string) => Promise<readonly Resolved[]>;

export interface AgentBounds {
  /** Requests of one plugin that are under way, their responses' bodies included. */
  readonly perPlugin: number;
  /** The same of all plugins. */
  readonly inAll: number;
  /** Connections that are open, idle ones included. */
  readonly sockets: number;
  readonly connectMs: number;
}

/** How long a connection is kept for the next request, and at most where the server wishes for more. */
const keepAliveMs = 4_000;
const mostKeepAliveMs = 10_000;
/** The call's own end comes first; this is for what outlives it by a fault. A body may be silent for as long as its reply may last. */
const headMs = 120_000;

interface PluginAgent {
  readonly agent: Agent;
  inFlight: number;
  sockets: number;
}

/** The right to send one request. Its owner gives it back when the response's body is over. */
export interface AgentLease {
  readonly agent: Agent;
  giveBack(): void;
}

const resolveName: Resolve = (hostname) => lookup(hostname, { all: true });

export class Agents {
  readonly #guard: EgressGuard;
  readonly #bounds: AgentBounds;
  readonly #resolve: Resolve;
  /** Those that were used longest ago come first. */
  readonly #plugins = new Map<string, PluginAgent>();
  #inFlight = 0;
  #sockets = 0;

  constructor(guard: EgressGuard, bounds: AgentBounds, resolve: Resolve = resolveName) {
    this.#guard = guard;
    this.#bounds = bounds;
    this.#resolve = resolve;
  }

  /** For operators and tests. */
  get sockets(): number {
    return this.#sockets;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** @throws EgressError where too many are out */
  take(plugin: string): AgentLease {
    const { perPlugin, inAll } = this.#bounds;
    const mine = this.#plugins.get(plugin) ?? this.#open(plugin);
    if (mine.inFlight >= perPlugin) throw new EgressError('too_many', `${perPlugin} requests of the plugin are under way already`);
    if (this.#inFlight >= inAll) throw new EgressError('too_many', 'too many requests of all plugins are under way');
    mine.inFlight += 1;
    this.#inFlight += 1;
    this.#plugins.delete(plugin);
    this.#plugins.set(plugin, mine);
    if (this.#sockets >= this.#bounds.sockets) this.#makeRoom();
    let given = false;
    return {
      agent: mine.agent,
      giveBack: () => {
        if (given) throw new Error('a lease of an agent was given back twice');
        given = true;
        mine.inFlight -= 1;
        this.#inFlight -= 1;
        this.#dropUnused(plugin, mine);
      },
    };
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    const all = [...this.#plugins.values()];
    this.#plugins.clear();
    await Promise.all(all.map(({ agent }) => agent.destroy()));
  }

  #open(plugin: string): PluginAgent {
    const { perPlugin, connectMs } = this.#bounds;
    const agent = new Agent({
      factory: (origin, options) =>
        new Pool(origin, {
          ...(options as Pool.Options),
          connections: perPlugin,
          pipelining: 1,
          allowH2: false,
          connect: { timeout: connectMs, lookup: this.#pinned(new URL(origin)) },
        }),
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: mostKeepAliveMs,
      headersTimeout: headMs,
      bodyTimeout: 0,
    });
    const mine: PluginAgent = { agent, inFlight: 0, sockets: 0 };
    agent.on('connect', () => {
      mine.sockets += 1;
      this.#sockets += 1;
    });
    agent.on('disconnect', () => {
      mine.sockets -= 1;
      this.#sockets -= 1;
      this.#dropUnused(plugin, mine);
    });
    this.#plugins.set(plugin, mine);
    return mine;
  }

  /** What a socket asks for the addresses of its host: the answer is what it connects to. */
  #pinned(origin: URL): LookupFunction {
    return (hostname, options, done) => {
      this.#resolve(hostname).then(
        (found) => {
          try {
            this.#guard.checkAddresses(
              origin,
              found.map(({ address }) => address),
            );
          } catch (error) {
            done(error as Error, '', 0);
            return;
          }
          const [first] = found as readonly [Resolved];
          if (options.all === true) done(null, [...found]);
          else done(null, first.address, first.family);
        },
        (error: Error) => done(error, '', 0),
      );
    };
  }

  #dropUnused(plugin: string, mine: PluginAgent): void {
    if (mine.inFlight > 0 || mine.sockets > 0 || this.#plugins.get(plugin) !== mine) return;
    this.#plugins.delete(plugin);
    void mine.agent.close();
  }

  /** Closes the connections of the idle plugin that was served longest ago. */
  #makeRoom(): void {
    for (const [plugin, one] of this.#plugins) {
      if (one.inFlight > 0 || one.sockets === 0) continue;
      this.#plugins.delete(plugin);
      void one.agent.destroy();
      return;
    }
  }
}
