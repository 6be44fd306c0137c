/** What every request of the admin API goes through before its route handles it, in order. */

import type { Context } from 'koa';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Access } from '../access/access.ts';
import type { Credential } from '../access/credential.ts';
import type { RateLimit, RateState } from '../access/rate-limit.ts';
import { isCsrfOf } from '../access/sessions.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { Store } from '../store/store.ts';
import { checkAccess } from './access.ts';
import { audited, auditRefusal, isChange } from './audited.ts';
import { askedHost, hostCheck } from './host-check.ts';
import { find, type Match, type Route } from './route.ts';
import { checkSite } from './same-origin.ts';
import { readSession } from './session-cookie.ts';

export interface AdmitParts {
  readonly config: Pick<Config, 'adminHost' | 'adminHosts'>;
  readonly access: Pick<Access, 'entrance' | 'rates' | 'audit'>;
  readonly store: Pick<Store, 'plugin'>;
  readonly now: Clock['now'];
}

/** Whatever koa's types say, there is none in a target such as `http://`: that is nowhere. */
export function pathOf(ctx: Context): string {
  return (ctx.path as string | null) ?? '';
}

/**
 * Host, then how often, then token or session, then route, then scope and reach: whoever may not ask learns nothing of what
 * there is. Open routes are the exception, and of them those that probes ask answer under any Host.
 */
export function admit(routes: readonly Route[], { config, access, store, now }: AdmitParts) {
  const checkHost = hostCheck(config);
  const { entrance, rates, audit } = access;
  const auditing = { audit, store, now };
  const open = routes.filter((route) => route.access === 'none');
  const closed = routes.filter((route) => route.access !== 'none');
  return async (ctx: Context): Promise<void> => {
    const { method } = ctx;
    const path = pathOf(ctx);
    const onOpen = find(open, method, path);
    // A path of open routes alone tells its methods to everybody; on any other path only the open method is.
    const isOpen = onOpen !== undefined && ('route' in onOpen || find(closed, method, path) === undefined);
    const isProbe = isOpen && 'route' in onOpen && onOpen.route.isProbe === true;
    ctx.state['quiet'] = isProbe;
    if (!isProbe) {
      checkHost(askedHost(ctx.req));
      limit(ctx, 'address', rates?.address, ctx.req.socket.remoteAddress ?? '');
    }
    const credential = isOpen ? undefined : enter(ctx);
    if (credential !== undefined) limit(ctx, 'token', rates?.token, credential.principal.tokenId);
    const found = find(routes, method, path);
    if (found === undefined) throw new NboxError('not_found', `There is nothing at ${path.slice(0, 200)}`);
    if ('allow' in found) {
      ctx.set('allow', found.allow.join(', '));
      throw new NboxError('method_not_allowed', `${method} is not among ${found.allow.join(', ')}`);
    }
    if (credential !== undefined) await allow(ctx, found, credential);
    if (isChange(found.route)) await audited(auditing, ctx, found.route, found.params);
    else await found.route.handle(ctx, found.params);
  };

  /** @throws NboxError `unauthorized`, `too_many_guesses` */
  function enter(ctx: Context): Credential {
    const { authorization } = ctx.req.headers;
    const cookie = authorization === undefined ? readSession(ctx) : undefined;
    const { credential, session } = entrance.enter({ authorization, cookie, address: ctx.req.socket.remoteAddress ?? '' });
    ctx.state['credential'] = credential;
    ctx.state['principal'] = credential.principal;
    ctx.state['actor'] = credential.principal.actor;
    ctx.state['session'] = session;
    return credential;
  }

  /** @throws NboxError `csrf_refused`, `forbidden` */
  async function allow(ctx: Context, { route, params }: Match, { principal, ending }: Credential): Promise<void> {
    try {
      if (route.method !== 'GET') checkCsrf(ctx);
      checkAccess(route, params, principal);
    } catch (error) {
      if (isNboxError(error)) await auditRefusal(auditing, ctx, route, params, error.code);
      throw error;
    }
    // A change that is under way is finished; what is read ends with what it is read by, streams above all.
    if (route.method === 'GET')
      ctx.res.once(
        'close',
        ending.watch(() => void ctx.res.destroy()),
      );
  }
}

/** A cookie is sent along with whatever a page has a browser send. @throws NboxError `csrf_refused` */
function checkCsrf(ctx: Context): void {
  const session = ctx.state['session'] as string | undefined;
  if (session === undefined) return;
  checkSite(ctx, 'same');
  const given = ctx.req.headers['nbox-csrf'];
  if (typeof given !== 'string' || !isCsrfOf(session, given)) {
    throw new NboxError('csrf_refused', 'With a session, changes need the header nbox-csrf, with what GET /v1/session has as csrf');
  }
}

/** As draft-ietf-httpapi-ratelimit-headers tells it: of the limit that was looked at last. @throws NboxError `rate_limited` */
function limit(ctx: Context, policy: 'address' | 'token', rate: RateLimit | undefined, name: string): void {
  if (rate === undefined) return;
  const { isAllowed, left, fullS, waitS }: RateState = rate.take(name);
  const { quota, windowMs } = rate.bounds;
  ctx.set('ratelimit-policy', `"${policy}";q=${quota};w=${windowMs / 1_000}`);
  ctx.set('ratelimit', `"${policy}";r=${left};t=${fullS}`);
  if (isAllowed) return;
  throw new NboxError('rate_limited', {
    detail: `This ${policy} may send ${quota} requests in ${windowMs / 1_000} s`,
    retryAfterS: Math.max(1, waitS),
  });
}
