/** The token routes of the admin API: who may do what, and until when. */

import type { Context } from 'koa';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import type { AccessToken } from '../access/access-token.ts';
import type { Credential } from '../access/credential.ts';
import { everything, isReach } from '../access/reach.ts';
import { type Scope, scopes } from '../access/scope.ts';
import type { Clock } from '../clock.ts';
import { principalOf } from './access.ts';
import { noteChange } from './audited.ts';
import { readJson } from './body.ts';
import type { Route } from './route.ts';
import { parseBody } from './schema.ts';

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

/** Those by whose names the host itself acts. */
const taken: ReadonlySet<string> = new Set(['admin', 'plugins-dir', 'rollout', 'host', 'nbox']);

/** The body that makes a token. */
export const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'must be 1 to 63 letters, digits, ".", "_", "@" and "-", the first a letter or a digit')
    .refine((name) => !taken.has(name.toLowerCase()), 'is a name that the host uses itself'),
  scope: z.enum(scopes),
  reach: z.string().refine(isReach, 'must be * (everything), domain, domain/group or domain/group/name'),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a time as RFC 3339 has it, such as 2027-01-31T00:00:00Z' })
    .transform((text) => Date.parse(text))
    .nullish(),
});

export function tokenRoutes({ access: { tokens }, now }: TokenRouteParts): Route[] {
  const one = '/v1/tokens/:id';
  return [
    {
      ...{ method: 'GET', pattern: '/v1/tokens', access: 'admin', of: 'reach', query: [] },
      handle(ctx) {
        ctx.body = { tokens: tokens.list(principalOf(ctx)).map((token) => view(token, now())) };
      },
    },
    {
      ...{ method: 'POST', pattern: '/v1/tokens', access: 'admin', of: 'reach', query: [] },
      async handle(ctx) {
        const { expiresAt, ...terms } = parseBody(
          tokenSchema,
          await readJson(ctx.req),
          'a token: there are name, scope, reach and expiresAt',
        );
        const by = ctx.state['credential'] as Credential;
        const { token, secret } = await tokens.create(by, { ...terms, expiresAt: expiresAt ?? undefined });
        note(ctx, token, 'after');
        ctx.status = 201;
        ctx.body = { ...view(token, now()), token: secret };
      },
    },
    {
      ...{ method: 'GET', pattern: one, access: 'admin', of: 'reach', query: [] },
      handle(ctx, { id = '' }) {
        ctx.body = view(tokens.get(principalOf(ctx), id), now());
      },
    },
    {
      ...{ method: 'DELETE', pattern: one, access: 'admin', of: 'reach', query: [] },
      async handle(ctx, { id = '' }) {
        note(ctx, await tokens.revoke(principalOf(ctx), id), 'before');
        ctx.status = 204;
      },
    },
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
