/** The token routes of the admin API: who may do what, and until when. */

import type { Context } from 'koa';
import type { Access } from '../access/access.ts';
import type { AccessToken } from '../access/access-token.ts';
import type { Credential } from '../access/credential.ts';
import { everything } from '../access/reach.ts';
import type { Scope } from '../access/scope.ts';
import { createToken, getToken, listTokens, revokeToken } from '../api/operations/access.ts';
import type { Clock } from '../clock.ts';
import { principalOf } from './access.ts';
import { noteChange } from './audited.ts';
import { pageOf } from './page.ts';
import { type Route, route } from './route.ts';

export interface TokenRouteParts {
  readonly access: Pick<Access, 'tokens'>;
  readonly now: Clock['now'];
}

/** An item of `GET /v1/tokens`, in order of names. Times are ISO 8601 in UTC. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly reach: string;
  readonly state: 'active' | 'expired';
  readonly createdAt: string;
  readonly createdBy: string;
  /** `null`: never. */
  readonly expiresAt: string | null;
  /** Exact to a minute; `null`: not yet. */
  readonly lastUsedAt: string | null;
}

export function tokenRoutes({ access: { tokens }, now }: TokenRouteParts): Route[] {
  return [
    route(listTokens, (ctx, _, { query }) => {
      const { rows, next } = pageOf('listTokens', tokens.list(principalOf(ctx)), ({ name }) => name, query);
      ctx.body = { tokens: rows.map((token) => view(token, now())), next };
    }),
    route(createToken, async (ctx, _, { body }) => {
      const { expiresAt, ...terms } = await body();
      const by = ctx.state['credential'] as Credential;
      const { token, secret } = await tokens.create(by, { ...terms, expiresAt: expiresAt ?? undefined });
      note(ctx, token, 'after');
      ctx.status = 201;
      ctx.body = { ...view(token, now()), token: secret };
    }),
    route(getToken, (ctx, { id = '' }) => {
      ctx.body = view(tokens.get(principalOf(ctx), id), now());
    }),
    route(revokeToken, async (ctx, { id = '' }) => {
      note(ctx, await tokens.revoke(principalOf(ctx), id), 'before');
      ctx.status = 204;
    }),
  ];
}

function note(ctx: Context, { id, name, scope, reach, expiresAt }: AccessToken, when: 'before' | 'after'): void {
  const shown = { id, name, scope, reach, expiresAt: timeOf(expiresAt) };
  noteChange(ctx, { plugin: reach === everything ? null : reach, [when]: shown });
}

function view({ id, name, scope, reach, createdAt, createdBy, expiresAt, usedAt }: AccessToken, now: number): TokenView {
  return {
    ...{ id, name, scope, reach, state: expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active' },
    ...{ createdAt: new Date(createdAt).toISOString(), createdBy, expiresAt: timeOf(expiresAt), lastUsedAt: timeOf(usedAt) },
  };
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
