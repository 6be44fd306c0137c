/** The dashboard on the admin port: its page under the path of every view, and its assets. It tells nothing, so it asks for no token. */

import type { Context, Middleware } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { Sessions } from '../access/sessions.ts';
import { sessionCookie } from '../access/stored-session.ts';
import { askedHost, hostCheck } from '../admin/host-check.ts';
import type { Config } from '../config/config.ts';
import { assetsPath } from './assets.ts';
import type { BundleSource } from './bundle-source.ts';
import { firstQuestions } from './first-questions.ts';
import { hasAlready } from './negotiate.ts';
import { type AppPageParts, appPage, type Page, waitingPage } from './page.ts';
import { isView } from './views.ts';

export interface DashboardParts {
  readonly bundle: Pick<BundleSource, 'state'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly config: Pick<Config, 'adminHost' | 'adminHosts' | 'oidcIssuer'>;
}

const makingS = 1;
const failedS = 15;
/** Names of assets have a hash of their content. */
const forGood = 'public, max-age=31536000, immutable';

/** Passes on what is not the dashboard's. */
export function dashboard({ bundle, sessions, config }: DashboardParts): Middleware {
  const checkHost = hostCheck(config);
  const loginAt = config.oidcIssuer === undefined ? undefined : '/login/oidc';
  return async (ctx, next) => {
    // Whatever koa's types say, there is none in a target such as `http://`.
    const path = (ctx.path as string | null) ?? '';
    const isAsset = path.startsWith(assetsPath);
    const isRead = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (!isRead || (!isAsset && !isView(path))) return next();
    ctx.state['quiet'] = true;
    checkHost(askedHost(ctx.req));
    const state = await bundle.state();
    if (isAsset) {
      const asset = state.kind === 'ready' ? state.assets.find(path.slice(assetsPath.length), ctx.get('accept-encoding')) : undefined;
      if (asset === undefined) throw new NboxError('not_found', `There is nothing at ${path.slice(0, 200)}`);
      ctx.set({ 'cache-control': forGood, vary: 'accept-encoding', etag: asset.etag, 'cross-origin-resource-policy': 'same-origin' });
      if (hasAlready(ctx.get('if-none-match') || undefined, asset.etag)) {
        ctx.status = 304;
        return;
      }
      if (asset.encoding !== 'identity') ctx.set('content-encoding', asset.encoding);
      ctx.body = asset.body;
      ctx.set('content-type', asset.type);
      return;
    }
    switch (state.kind) {
      case 'ready':
        answer(ctx, 200, appPage(state.assets, { loginAt, ...firstOf(ctx, sessions) }));
        return;
      case 'making':
        answer(
          ctx,
          503,
          waitingPage('The dashboard is being put together', 'This takes some seconds, once. The page looks again by itself.', makingS),
        );
        return;
      case 'failed':
        answer(
          ctx,
          503,
          waitingPage(
            'There is no dashboard',
            'It could not be put together; the log of the host says why. Once that is mended, look again. The API and the command line are there.',
            failedS,
          ),
        );
        return;
    }
  };
}

/** Whether the page can do without asking who is there, and what it will ask if somebody is. */
function firstOf(ctx: Context, sessions: DashboardParts['sessions']): Pick<AppPageParts, 'isSignedOut' | 'questions'> {
  const cookie = ctx.cookies.get(sessionCookie);
  const isIn = cookie !== undefined && typeof sessions.find(cookie) !== 'string';
  if (isIn) return { isSignedOut: false, questions: firstQuestions(ctx.path, ctx.search, Date.now()) };
  // Of a page that another site has linked to nothing is known: its request has no cookie, as SameSite=Strict has it, whether there is one or not.
  const site = ctx.get('sec-fetch-site');
  return { isSignedOut: cookie !== undefined || site === 'none' || site === 'same-origin', questions: [] };
}

function answer(ctx: Context, status: number, { html, headers }: Page): void {
  ctx.status = status;
  ctx.body = html;
  ctx.set(headers);
}
