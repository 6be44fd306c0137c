/** The operator's token: configured, or made at the first start. Whoever has it may do everything. */

import type { Config } from '../config/config.ts';
import type { Store } from '../store/store.ts';
import { hashSecret, makeSecret } from './secret.ts';

export interface OperatorToken {
  readonly hash: string;
  /** Only where it was made just now: to be printed once, and nowhere kept. */
  readonly token?: string;
}

/** The configured token replaces the stored one; where there is neither, one is made. */
export async function ensureOperatorToken(
  store: Pick<Store, 'adminTokenHash' | 'setAdminTokenHash'>,
  config: Pick<Config, 'adminToken'>,
): Promise<OperatorToken> {
  const stored = await store.adminTokenHash();
  if (config.adminToken === undefined && stored !== undefined) return { hash: stored };
  const token = config.adminToken ?? makeSecret();
  const hash = hashSecret(token);
  if (hash !== stored) await store.setAdminTokenHash(hash);
  return config.adminToken === undefined ? { hash, token } : { hash };
}
