/** What several hosts come to together: each knows its own share of the traffic alone, so all that a name leads to are asked. */

import { ScalerError, type ScalerMetadata, status } from './scaled-object.ts';

/** What one host says of something, or all of them. */
export interface Share {
  readonly wanted: number;
  readonly load: number;
}

export interface PeerParts {
  /** Of a headless Service, or of anything else that has an address for each host, this one included. */
  readonly name: string;
  readonly lookup: (name: string) => Promise<readonly string[]>;
  /** What the host there has alone. @throws Error */
  readonly ask: (address: string, named: ScalerMetadata) => Promise<Share>;
}

/** A name that leads to more is not one of hosts. */
const mostPeers = 256;

export class Peers {
  readonly #parts: PeerParts;
  /** Who asks for what is being asked gets that: however many ask, each host is asked once at a time. */
  readonly #asking = new Map<string, Promise<Share>>();

  constructor(parts: PeerParts) {
    this.#parts = parts;
  }

  /**
   * @param named what is asked for
   * @throws ScalerError `unavailable` where one of them cannot say: a part is not the sum
   */
  sum(named: ScalerMetadata): Promise<Share> {
    const key = JSON.stringify(named);
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#sum(named).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #sum(named: ScalerMetadata): Promise<Share> {
    const { name, ask } = this.#parts;
    const shares = await Promise.all(
      (await this.#addresses()).map(async (address) => {
        try {
          return await ask(address, named);
        } catch (error) {
          throw new ScalerError(status.unavailable, `${address}, of ${name}: ${(error as Error).message}`);
        }
      }),
    );
    const load = shares.reduce((sum, share) => sum + share.load, 0);
    // Each of them rounds up what it wants for itself: that tells whether anything is wanted, and not how much.
    return { load, wanted: shares.some(({ wanted }) => wanted > 0) ? Math.max(1, Math.ceil(load - 1e-9)) : 0 };
  }

  async #addresses(): Promise<readonly string[]> {
    const { name, lookup } = this.#parts;
    let found: readonly string[];
    try {
      found = [...new Set(await lookup(name))];
    } catch (error) {
      throw new ScalerError(status.unavailable, `${name} cannot be looked up: ${(error as Error).message}`);
    }
    if (found.length >= 1 && found.length <= mostPeers) return found;
    throw new ScalerError(status.unavailable, `${name} leads to ${found.length} hosts; it may be 1 to ${mostPeers}`);
  }
}
