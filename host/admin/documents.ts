/** The routes of the documents: what the package has in docs/, for people. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { getApi, getDocs, getDocsPage } from '../api/operations/documents.ts';
import { Documents } from '../docs/documents.ts';
import type { Served } from '../docs/rendered.ts';
import { type Route, route } from './route.ts';

/** The pages have no script, and load nothing of others. */
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export function documentRoutes(): Route[] {
  const documents = new Documents();
  return [
    route(getApi, async (ctx) => answer(ctx, await documents.find('openapi.json'))),
    route(getDocs, async (ctx, _, { query: { q } }) => answer(ctx, await (q === undefined ? documents.find('') : documents.search(q)))),
    route(getDocsPage, async (ctx, { page = '' }) => answer(ctx, page === 'openapi.json' ? undefined : await documents.find(page))),
  ];
}

/** @throws NboxError `not_found` */
function answer(ctx: Context, found: Served | undefined): void {
  if (found === undefined) throw new NboxError('not_found', 'There is no such page; /docs has all of them');
  const { type, text, etag } = found;
  ctx.set('etag', etag);
  // Asked for again each time, since another nbox has other pages.
  ctx.set('cache-control', 'no-cache');
  ctx.set('content-security-policy', policy);
  if (
    ctx
      .get('if-none-match')
      .split(',')
      .some((one) => one.trim() === etag)
  ) {
    ctx.status = 304;
    return;
  }
  ctx.set('content-type', type === 'application/json' || type === 'image/svg+xml' ? type : `${type}; charset=utf-8`);
  ctx.body = text;
}
