/** The routes of logging in by an identity provider: off to it, and back with a session. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { Access } from '../access/access.ts';
import { flowMs, type Oidc } from '../access/oidc.ts';
import { flowCookie } from '../access/stored-session.ts';
import { beginLogin, completeLogin } from '../api/operations/access.ts';
import { askedHost } from './host-check.ts';
import { type Route, route } from './route.ts';
import { isSecure, readSession, setSession } from './session-cookie.ts';

export interface LoginRouteParts {
  readonly access: Pick<Access, 'sessions'> & { readonly oidc: Pick<Oidc, 'begin' | 'complete'> | undefined };
}

const { pattern } = beginLogin;
const localPath = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}$/;
/** None where there is no provider. */
export function loginRoutes({ access: { oidc, sessions } }: LoginRouteParts): Route[] {
  if (oidc === undefined) return [];
  return [
    route(beginLogin, async (ctx, _, { query: { to = '/' } }) => {
      if (!localPath.test(to)) throw new NboxError('invalid_query', 'to may be a path of this host, such as /plugins');
      const { location, flow } = await oidc.begin(`${originOf(ctx)}${pattern}/callback`, to);
      setFlow(ctx, flow);
      redirect(ctx, location);
    }),
    route(completeLogin, async (ctx) => {
      const flow = ctx.cookies.get(flowCookie);
      // Whatever comes of it, it is used once.
      setFlow(ctx, null);
      const { member, to } = await oidc.complete(ctx.querystring, flow);
      const opened = await sessions.open(member);
      ctx.state['principal'] = opened.credential.principal;
      ctx.state['actor'] = opened.credential.principal.actor;
      const before = readSession(ctx);
      if (before !== undefined) await sessions.close(before);
      setSession(ctx, opened.secret, opened.credential.expiresAt as number);
      redirect(ctx, to);
    }),
  ];
}

/** The Host was checked, so that nobody has a code sent elsewhere. */
function originOf(ctx: Context): string {
  return `${isSecure(ctx) ? 'https' : 'http'}://${askedHost(ctx.req)}`;
}

/** Lax: the way back begins at the provider's. */
function setFlow(ctx: Context, flow: string | null): void {
  const secure = isSecure(ctx);
  ctx.cookies.secure = secure;
  const attributes = { httpOnly: true, sameSite: 'lax', path: pattern, overwrite: true, signed: false, secure } as const;
  ctx.cookies.set(flowCookie, flow, flow === null ? attributes : { ...attributes, maxAge: flowMs });
}

function redirect(ctx: Context, location: string): void {
  ctx.status = 303;
  ctx.set('location', location);
  ctx.body = '';
}
