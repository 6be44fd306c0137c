/** Access to a host: its tokens and sessions, who is let in by them, how often, and what is told of it afterwards. */

import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import { Audit } from './audit.ts';
import { Entrance } from './entrance.ts';
import { LockOut } from './lock-out.ts';
import { Oidc } from './oidc.ts';
import { RateLimit } from './rate-limit.ts';
import { Sessions } from './sessions.ts';
import type { Member } from './stored-session.ts';
import { Tokens } from './tokens.ts';

export interface AccessParts {
  readonly store: Store;
  /** SHA-256 of the operator's token, in hex. */
  readonly operatorHash: string;
  readonly config: Pick<Config, 'adminRate' | 'auditDays'> & Partial<OidcOptions>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

type OidcOptions = Pick<Config, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcGroups' | 'oidcGroupsClaim' | 'oidcScope'>;

const rateWindowMs = 60_000;
const rateNames = 10_000;
/** Behind one address may be many tokens. */
const addressFactor = 2;

export class Access {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly entrance: Entrance;
  readonly audit: Audit;
  /** Where there is an identity provider. */
  readonly oidc: Oidc | undefined;
  /** Of requests; `undefined`: as many as anybody likes. */
  readonly rates: { readonly token: RateLimit; readonly address: RateLimit } | undefined;

  constructor(parts: AccessParts) {
    const { store, clock, log, every, config } = parts;
    this.tokens = new Tokens(parts);
    const grants = config.oidcIssuer === undefined ? [] : (config.oidcGroups ?? []);
    const isGranted = (member: Member) => grants.some(({ scope, reach }) => scope === member.scope && reach === member.reach);
    this.sessions = new Sessions({ store, tokens: this.tokens, isGranted, clock, log, every });
    this.entrance = new Entrance({ tokens: this.tokens, sessions: this.sessions, lockOut: new LockOut(clock.elapsed) });
    this.audit = new Audit({ store, clock, log, every, keepMs: config.auditDays * 86_400_000 });
    this.oidc = oidcOf(parts);
    const rate = (quota: number) => new RateLimit({ quota, windowMs: rateWindowMs, names: rateNames }, clock.elapsed);
    this.rates = config.adminRate === 0 ? undefined : { token: rate(config.adminRate), address: rate(config.adminRate * addressFactor) };
  }

  /** Goes on with what there was before. Once. */
  async start(): Promise<void> {
    await this.tokens.restore();
    await this.sessions.restore();
    await this.audit.start();
  }

  async close(): Promise<void> {
    await this.audit.close();
    await this.sessions.stop();
    await this.tokens.close();
  }
}

function oidcOf({ config, clock, log }: AccessParts): Oidc | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret, oidcGroups: grants = [] } = config;
  const { oidcGroupsClaim: groupsClaim = 'groups', oidcScope: scope = 'openid email' } = config;
  if (issuer === undefined || clientId === undefined) return undefined;
  return new Oidc({ issuer, clientId, clientSecret, grants, groupsClaim, scope, clock, log });
}
