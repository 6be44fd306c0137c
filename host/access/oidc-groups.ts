/** Which group of an identity provider may do what: `shop-devs=deploy:shop,ops=admin`. */

import { everything, isReach, type Reach } from './reach.ts';
import { type Scope, scopes } from './scope.ts';

export interface GroupGrant {
  readonly group: string;
  readonly scope: Scope;
  readonly reach: Reach;
}

const mostGroups = 200;

/** @returns `undefined` where the text is none */
export function parseGroups(text: string): readonly GroupGrant[] | undefined {
  const grants: GroupGrant[] = [];
  for (const one of text.split(',')) {
    // A group may have "=" in its name, as those of LDAP do.
    const [, group = '', scope = '', reach = everything] = /^\s*(\S(?:.*\S)?)=([a-z]+)(?::(\S+))?\s*$/.exec(one) ?? [];
    const known = scopes.find((name) => name === scope);
    if (group === '' || group.length > 200 || known === undefined || !isReach(reach)) return undefined;
    grants.push(Object.freeze({ group, scope: known, reach }));
  }
  return grants.length > mostGroups ? undefined : Object.freeze(grants);
}

/** The first grant, in the operator's order, whose group somebody is in: one person has one scope and one reach. */
export function grantOf(grants: readonly GroupGrant[], groups: readonly string[]): GroupGrant | undefined {
  const own = new Set(groups);
  return grants.find(({ group }) => own.has(group));
}
