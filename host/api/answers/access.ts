/** Who may do what, and who did, in answers. */

import { z } from 'zod';
import { scopes } from '../../access/scope.ts';
import { time } from './names.ts';

export const scope = z.enum(scopes).meta({
  id: 'Scope',
  description:
    'Each may what those before it may. `deploy` changes what is live and has plugins run; `admin` what cannot be taken back, and who may do what.',
});

export const reach = z
  .string()
  .regex(/^(\*|[a-z0-9-]{1,63}(\/[a-z0-9-]{1,63}){0,2})$/)
  .meta({ id: 'Reach', description: '`*` (everything), `domain`, `domain/group` or `domain/group/name`' });

export const token = z
  .object({
    ...{ id: z.string(), name: z.string(), scope, reach, state: z.enum(['active', 'expired']), createdAt: time, createdBy: z.string() },
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().describe('Exact to a minute'),
  })
  .meta({ id: 'Token' });

export const session = z
  .object({
    ...{ actor: z.string(), tokenId: z.string(), scope, reach },
    expiresAt: time.nullable().describe('`null` of a token that has no end'),
    csrf: z.string().nullable().describe('To be sent as `nbox-csrf` along with each change; `null` where there is no cookie'),
  })
  .meta({ id: 'Session' });

export const auditRow = z
  .object({
    ...{ number: z.int(), at: time, actor: z.string(), tokenId: z.string(), address: z.string(), method: z.string() },
    route: z.string().describe('Its pattern'),
    plugin: z.string().nullable().describe('Of budgets and tokens also a group or a domain; `null`: the host'),
    outcome: z.string().describe('`ok`, or the code of the error'),
    before: z.unknown().describe('What was, as far as it is natural: of a plugin its deployment'),
    after: z.unknown().describe('What is'),
    ...{ requestId: z.string(), hash: z.string() },
  })
  .meta({ id: 'AuditRow' });

export const verified = z
  .object({
    ok: z.boolean(),
    rows: z.int().optional(),
    dropped: z.int().describe('Rows before them, dropped for their age').optional(),
    last: z.object({ number: z.int(), hash: z.string() }).optional(),
    broken: z.int().describe('The first row that is not as it was').optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'VerifiedAudit' });
