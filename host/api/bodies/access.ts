/** Bodies that make tokens and open sessions. */

import { z } from 'zod';
import { isReach } from '../../access/reach.ts';
import { scopes } from '../../access/scope.ts';

/** Those by whose names the host itself acts. */
const taken: ReadonlySet<string> = new Set(['admin', 'plugins-dir', 'rollout', 'host', 'nbox']);

export const tokenBody = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/, 'must be 1 to 63 letters, digits, ".", "_", "@" and "-", the first a letter or a digit')
    .refine((name) => !taken.has(name.toLowerCase()), 'is a name that the host uses itself')
    .describe('What its holder is called in the history and the audit; of no two tokens'),
  scope: z.enum(scopes),
  reach: z
    .string()
    .refine(isReach, 'must be * (everything), domain, domain/group or domain/group/name')
    .describe('`*` (everything), `domain`, `domain/group` or `domain/group/name`'),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a time as RFC 3339 has it, such as 2027-01-31T00:00:00Z' })
    .transform((text) => Date.parse(text))
    .nullish()
    .describe('`null`: never'),
});

export const loginBody = z.strictObject({ token: z.string().min(1).max(512) });
