/** The cookie of a session, as it is read and set. */

import type { Context } from 'koa';
import { sessionCookie } from '../access/stored-session.ts';
import { siteOf } from './same-origin.ts';

/**
 * Only from pages of this origin, and from those who are no browsers: all ports of a machine are one site to SameSite, the
 * traffic's with the pages of plugins among them.
 */
export function readSession(ctx: Context): string | undefined {
  if (siteOf(ctx) === 'other') return undefined;
  // A script of another port can put a second one beside it, for a longer path: whose session that is nobody knows.
  const all = (ctx.req.headers.cookie ?? '').split(';').filter((pair) => pair.split('=', 1)[0]?.trim() === sessionCookie);
  return all.length === 1 ? ctx.cookies.get(sessionCookie) : undefined;
}

export function setSession(ctx: Context, secret: string, expiresAt: number): void {
  ctx.cookies.secure = isSecure(ctx);
  ctx.cookies.set(sessionCookie, secret, { ...attributes(ctx), expires: new Date(expiresAt) });
}

export function clearSession(ctx: Context): void {
  ctx.cookies.secure = isSecure(ctx);
  ctx.cookies.set(sessionCookie, null, attributes(ctx));
}

function attributes(ctx: Context) {
  return { httpOnly: true, sameSite: 'strict', path: '/', overwrite: true, signed: false, secure: isSecure(ctx) } as const;
}

/** Whoever claims it falsely keeps the cookie from itself. */
export function isSecure(ctx: Context): boolean {
  return ctx.secure || /^https\b/i.test(String(ctx.req.headers['x-forwarded-proto']));
}
