/** What browsers are told of every answer of the admin port, pages and data alike. */

import type { Context } from 'koa';

/** Pages load from here and from nowhere else, are framed by nobody, and send forms to nobody else. */
export const contentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

export function secured(ctx: Context): void {
  ctx.set('content-security-policy', contentSecurityPolicy);
  ctx.set('x-content-type-options', 'nosniff');
  ctx.set('x-frame-options', 'DENY');
  ctx.set('referrer-policy', 'no-referrer');
  // Plugins' pages are another origin of the same site.
  ctx.set('cross-origin-opener-policy', 'same-origin');
  ctx.set('cross-origin-resource-policy', 'same-origin');
}
