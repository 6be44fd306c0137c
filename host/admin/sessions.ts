/** The session routes of the admin API: a browser shows a token once, and from then on a cookie that no page can read. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { Access } from '../access/access.ts';
import type { Credential } from '../access/credential.ts';
import { hashSecret } from '../access/secret.ts';
import { csrfOf } from '../access/sessions.ts';
import { endSession, getSession, openSession } from '../api/operations/access.ts';
import { type Route, route } from './route.ts';
import { checkSite } from './same-origin.ts';
import { clearSession, readSession, setSession } from './session-cookie.ts';

export interface SessionRouteParts {
  readonly access: Pick<Access, 'entrance' | 'sessions'>;
}

/** `POST /v1/session`, `GET /v1/session` */
export interface SessionView {
  readonly actor: string;
  readonly tokenId: string;
  readonly scope: string;
  readonly reach: string;
  /** ISO 8601 in UTC; `null` where a token was sent in place of the cookie, and has no end. */
  readonly expiresAt: string | null;
  /** For the header `nbox-csrf`; `null` where there is no cookie. */
  readonly csrf: string | null;
}

const loginLimitBytes = 4_096;

export function sessionRoutes({ access: { entrance, sessions } }: SessionRouteParts): Route[] {
  return [
    route(openSession, async (ctx, _, { body }) => {
      // A page that has somebody log in as someone else reads afterwards what he does.
      checkSite(ctx, 'unknown');
      const { token } = await body(loginLimitBytes);
      const { principal } = entrance.token(token, ctx.req.socket.remoteAddress ?? '');
      ctx.state['principal'] = principal;
      ctx.state['actor'] = principal.actor;
      const opened = await sessions.open({ tokenHash: hashSecret(token) });
      await takeOver(ctx, sessions, opened);
    }),
    route(getSession, (ctx) => {
      const secret = ctx.state['session'] as string | undefined;
      ctx.body = view(ctx.state['credential'] as Credential, secret);
    }),
    route(endSession, async (ctx) => {
      const secret = ctx.state['session'] as string | undefined;
      if (secret === undefined) throw new NboxError('not_found', 'There is no session to end: a token was sent, and no cookie');
      await sessions.close(secret);
      clearSession(ctx);
      ctx.status = 204;
    }),
  ];
}

/** The browser has the new session, and no longer the one that it came with: that one was perhaps somebody else's. */
export async function takeOver(
  ctx: Context,
  sessions: Pick<Access['sessions'], 'close'>,
  { secret, credential }: { readonly secret: string; readonly credential: Credential },
): Promise<void> {
  const before = readSession(ctx);
  if (before !== undefined) await sessions.close(before);
  setSession(ctx, secret, credential.expiresAt as number);
  ctx.body = view(credential, secret);
}

function view({ principal, expiresAt }: Credential, secret: string | undefined): SessionView {
  const { actor, tokenId, scope, reach } = principal;
  return {
    ...{ actor, tokenId, scope, reach, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() },
    csrf: secret === undefined ? null : csrfOf(secret),
  };
}
