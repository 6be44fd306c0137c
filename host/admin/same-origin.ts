/** Whether a request comes from a page of this origin: browsers say so, and pages cannot have them say otherwise. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { askedHost } from './host-check.ts';

type Site = 'same' | 'other' | 'unknown';

/** By `Sec-Fetch-Site`, and by `Origin` where that is missing. `unknown`: whatever sent it is no browser of late. */
export function siteOf({ req }: Pick<Context, 'req'>): Site {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'same' : 'other';
  const { origin } = req.headers;
  if (origin === undefined) return 'unknown';
  // The host alone: behind a proxy that ends TLS the scheme is another.
  const host = URL.parse(origin)?.host;
  return host !== undefined && host !== '' && host === askedHost(req)?.toLowerCase() ? 'same' : 'other';
}

/** @param least what is enough @throws NboxError `csrf_refused` */
export function checkSite(ctx: Pick<Context, 'req'>, least: 'same' | 'unknown'): void {
  const site = siteOf(ctx);
  if (site === 'same' || site === least) return;
  throw new NboxError('csrf_refused', 'With a session, changes are made from pages of this origin: by Sec-Fetch-Site, or Origin');
}
