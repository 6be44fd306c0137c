/** Whether whoever asks may do what a route does, to what it is of. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import type { Principal } from '../access/principal.ts';
import { covers, everything } from '../access/reach.ts';
import { allows } from '../access/scope.ts';
import type { Params, Route } from './route.ts';

/** Of a route that is not open. */
export function principalOf(ctx: Context): Principal {
  const principal = ctx.state['principal'] as Principal | undefined;
  if (principal === undefined) throw new Error('nobody is known of an open route');
  return principal;
}

/** @throws NboxError `forbidden` */
export function checkAccess({ access, of }: Pick<Route, 'access' | 'of'>, params: Params, principal: Principal): void {
  if (access !== 'none' && !allows(principal.scope, access)) {
    throw new NboxError('forbidden', `This needs a token with the scope ${access}; this one has ${principal.scope}`);
  }
  if (of === 'host') checkReach(principal, everything);
  else if (of === 'plugin') checkReach(principal, namedBy(params));
}

/** @param wanted a plugin's id, a reach, or what a caller has named @throws NboxError `forbidden` */
export function checkReach({ reach }: Principal, wanted: string): void {
  if (covers(reach, wanted)) return;
  const needed = wanted === everything ? 'reaches everything' : `reaches ${JSON.stringify(wanted.slice(0, 200))}`;
  throw new NboxError('forbidden', `This needs a token that ${needed}; this one reaches ${reach}`);
}

/** @returns whether the principal may see anything of a plugin, or of what has another id */
export function within(ctx: Context): (id: string) => boolean {
  const { reach } = principalOf(ctx);
  return (id) => covers(reach, id);
}

/** A plugin's id; of a budget that of a group or a domain. What is none is within no reach but everything. */
export function namedBy({ domain, group, name }: Params): string {
  return [domain, group, name].filter((part) => part !== undefined).join('/');
}
