/** Tokens, sessions and the audit over a real store, with a clock that is set by hand. */

import { Access } from '../../../host/access/access.ts';
import type { Credential } from '../../../host/access/credential.ts';
import type { GroupGrant } from '../../../host/access/oidc-groups.ts';
import { hashSecret } from '../../../host/access/secret.ts';
import { SqliteStore } from '../../../host/store/sqlite-store.ts';
import { quietLog, TempDir } from '../doubles.ts';

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

  private constructor(temp: TempDir, now: number, operator: string, groups: readonly GroupGrant[] = grants) {
    this.temp = temp;
    this.now = now;
    this.store = new SqliteStore(temp.path);
    this.access = new Access({
      ...{ store: this.store, operatorHash: hashSecret(operator), log: quietLog },
      config: { adminRate: 0, auditDays: 10, oidcIssuer: 'https://id.example', oidcClientId: 'nbox', oidcGroups: groups },
      ...{ clock: { now: () => this.now, elapsed: () => this.now }, every: () => () => {} },
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
