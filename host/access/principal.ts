/** Who acts: the same for whatever has shown it, a token or a session. */

import { everything, type Reach } from './reach.ts';
import type { Scope } from './scope.ts';

/** As it stands in releases, deployments and the log. */
export type Actor = string;

export interface Principal {
  readonly actor: Actor;
  readonly tokenId: string;
  readonly scope: Scope;
  readonly reach: Reach;
}

/** Whoever has the token that the operator has set, or that was made at the first start. */
export const operator: Principal = Object.freeze({ actor: 'admin', tokenId: 'admin', scope: 'admin', reach: everything });
