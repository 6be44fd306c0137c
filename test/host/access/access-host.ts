/** Tokens, sessions and the audit over a real store, with a clock that is set by hand. */

import { Access } from '../../../host/access/access.ts';
import type { Credential } from '../../../host/access/credential.ts';
import type { GroupGrant } from '../../../host/access/oidc-groups.ts';
import { hashSecret } from '../../../host/access/secret.ts';
import { createLogger } from '../../../host/log.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { TempDir } from '../doubles.ts';

export const operatorToken = 'the-operators-own';

/** What an identity provider's groups may do. */
const grants = [{ group: 'shop-devs', scope: 'deploy', reach: 'shop' }] as const;

/** Owned by the test, which closes it. */
export class AccessHost {
  readonly temp: TempDir;
  readonly store: SqliteStore;
  readonly access: Access;
  /** In milliseconds. */
  now: number;
  readonly #hourly: (() => void)[] = [];
  readonly #logged: Record<string, unknown>[] = [];

  private constructor(temp: TempDir, now: number, operator: string, groups: readonly GroupGrant[] = grants) {
    this.temp = temp;
    this.now = now;
    this.store = new SqliteStore(temp.path);
    const log = createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => void this.#logged.push(JSON.parse(line)) });
    this.access = new Access({
      ...{ store: this.store, operatorHash: hashSecret(operator), log },
      config: { adminRate: 0, auditDays: 10, oidcIssuer: 'https://id.example', oidcClientId: 'nbox', oidcGroups: groups },
      ...{ clock: { now: () => this.now, elapsed: () => this.now }, every: (ms, work) => this.#every(ms, work) },
    });
  }

  static async start(): Promise<AccessHost> {
    const host = new AccessHost(new TempDir(), 1_800_000_000_000, operatorToken);
    await host.access.start();
    return host;
  }

  /** Stops, and starts over the same store. */
  async restarted(operator = operatorToken, groups?: readonly GroupGrant[]): Promise<AccessHost> {
    await this.stop();
    const host = new AccessHost(this.temp, this.now, operator, groups);
    await host.access.start();
    return host;
  }

  /** What is done each hour is done now. */
  hour(): void {
    for (const work of this.#hourly) work();
  }

  /** Of each message that the log has, in their order, the field `audit`. */
  logged(wanted: string): unknown[] {
    return this.#logged.filter(({ msg }) => msg === wanted).map(({ audit }) => audit);
  }

  #every(ms: number, work: () => void): () => void {
    if (ms === 3_600_000) this.#hourly.push(work);
    return () => {};
  }

  get operator(): Credential {
    return this.access.tokens.find(operatorToken) as Credential;
  }

  async stop(): Promise<void> {
    await this.access.close();
    await this.store.close();
  }

  async close(): Promise<void> {
    await this.stop();
    this.temp[Symbol.dispose]();
  }
}
