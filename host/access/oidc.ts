/**
 * Logging in by an identity provider (OpenID Connect): the authorization code flow with PKCE, state and nonce. What a flow has to
 * remember is in a sealed cookie, so that the host keeps nothing for those who never come back.
 */

import { createHmac, randomBytes } from 'node:crypto';
import * as openid from 'openid-client';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { type GroupGrant, grantOf } from './oidc-groups.ts';
import { hashSecret, sameHash } from './secret.ts';
import type { Member } from './stored-session.ts';

export interface OidcParts {
  readonly issuer: string;
  readonly clientId: string;
  /** `undefined`: the client has none, and PKCE is what protects its codes. */
  readonly clientSecret: string | undefined;
  readonly grants: readonly GroupGrant[];
  /** The claim that has the groups. */
  readonly groupsClaim: string;
  /** What is asked for: `openid email`. */
  readonly scope: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a flow must know when somebody comes back. */
interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  /** A path of this origin. */
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** For so long somebody may take to log in there. */
export const flowMs = 600_000;
const answerS = 10;
/** A provider that could not be asked is asked again. */
const retryS = 5;
const mostGroups = 1_000;

export class Oidc {
  readonly #parts: OidcParts;
  /** Of this life of the host's: whoever comes back after a restart begins anew. */
  readonly #key = randomBytes(32);
  #provider: Promise<openid.Configuration> | undefined;

  constructor(parts: OidcParts) {
    this.#parts = parts;
  }

  /** @returns where to send the browser, and what it must bring back @throws NboxError `login_unavailable` */
  async begin(redirectUri: string, to: string): Promise<{ readonly location: string; readonly flow: string }> {
    const provider = await this.#discovered();
    const verifier = openid.randomPKCECodeVerifier();
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(provider, {
      ...{ redirect_uri: redirectUri, scope: this.#parts.scope, state, nonce },
      ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    const until = this.#parts.clock.now() + flowMs;
    return { location: url.href, flow: this.#seal({ state, nonce, verifier, redirectUri, to, until }) };
  }

  /**
   * @param query that the provider has sent the browser back with
   * @param sealed what it was given when it began
   * @throws NboxError `login_failed`, `login_unavailable`
   */
  async complete(query: string, sealed: string | undefined): Promise<{ readonly member: Member; readonly to: string }> {
    const flow = sealed === undefined ? undefined : this.#open(sealed);
    if (flow === undefined) throw new NboxError('login_failed', 'This login was not begun here, or too long ago: begin again');
    const provider = await this.#discovered();
    try {
      const tokens = await openid.authorizationCodeGrant(provider, new URL(`${flow.redirectUri}?${query}`), {
        ...{ expectedState: flow.state, expectedNonce: flow.nonce, pkceCodeVerifier: flow.verifier, idTokenExpected: true },
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new NboxError('login_failed', 'The identity provider has named nobody');
      // Some tell groups there alone.
      const more = claims[this.#parts.groupsClaim] === undefined ? await userInfo(provider, tokens.access_token, claims.sub) : {};
      return { member: this.#memberOf({ ...more, ...claims }), to: flow.to };
    } catch (error) {
      if (isNboxError(error)) throw error;
      // Its words are a stranger's, and may hold what belongs to somebody.
      this.#parts.log.warn({ err: error }, 'a login by the identity provider has failed');
      throw new NboxError('login_failed', {
        detail: 'The identity provider did not let you in; the log of this host says more',
        cause: error,
      });
    }
  }

  #memberOf(claims: Readonly<Record<string, unknown>>): Member {
    const { grants, groupsClaim, log } = this.#parts;
    const groups = listOf(claims[groupsClaim]);
    const actor = `oidc:${nameOf(claims)}`;
    const grant = grantOf(grants, groups);
    if (grant === undefined) {
      log.warn({ actor, groups: groups.slice(0, 20) }, 'somebody has logged in who is in no group that may do anything');
      throw new NboxError('login_failed', 'You are known, but in no group that may do anything here: ask the operator');
    }
    return { actor, scope: grant.scope, reach: grant.reach };
  }

  /** Asked for when it is first needed: a host comes up without its provider. */
  #discovered(): Promise<openid.Configuration> {
    this.#provider ??= this.#discover().catch((error: unknown) => {
      this.#provider = undefined;
      this.#parts.log.warn({ err: error, issuer: this.#parts.issuer }, 'the identity provider cannot be asked');
      throw new NboxError('login_unavailable', { detail: 'The identity provider cannot be asked now', retryAfterS: retryS, cause: error });
    });
    return this.#provider;
  }

  #discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.#parts;
    const url = new URL(issuer);
    const authentication = clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret);
    // Of this machine only, as the options have it.
    const execute = url.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
    return openid.discovery(url, clientId, undefined, authentication, { execute, timeout: answerS });
  }

  #seal(flow: Flow): string {
    const text = Buffer.from(JSON.stringify(flow)).toString('base64url');
    return `${text}.${this.#mark(text)}`;
  }

  #open(sealed: string): Flow | undefined {
    const [text = '', mark = ''] = sealed.slice(0, 4_096).split('.');
    if (!sameHash(hashSecret(this.#mark(text)), hashSecret(mark))) return undefined;
    const flow = JSON.parse(Buffer.from(text, 'base64url').toString()) as Flow;
    return flow.until > this.#parts.clock.now() ? flow : undefined;
  }

  #mark(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

async function userInfo(provider: openid.Configuration, accessToken: string, sub: string): Promise<Readonly<Record<string, unknown>>> {
  if (provider.serverMetadata().userinfo_endpoint === undefined) return {};
  return openid.fetchUserInfo(provider, accessToken, sub);
}

/** Some tell one group as a text. */
function listOf(value: unknown): string[] {
  const all = Array.isArray(value) ? value.slice(0, mostGroups) : [value];
  return all.filter((one): one is string => typeof one === 'string');
}

/** What nobody can choose for himself: an address that the provider has verified, or else its own name for somebody. */
function nameOf({ email, email_verified: isVerified, sub }: Readonly<Record<string, unknown>>): string {
  const name = isVerified === true && typeof email === 'string' ? email : String(sub);
  return name.replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
}
