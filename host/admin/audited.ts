/** What the audit is told of a request: who, what, and, as far as it is natural, what was and what is. */

import type { Context } from 'koa';
import { isNboxError } from '../../guards/errors.ts';
import { type PluginId, parsePluginId } from '../../loader/plugin-id.ts';
import type { Audit } from '../access/audit.ts';
import type { AuditEntry } from '../access/audit-row.ts';
import type { Principal } from '../access/principal.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { namedBy } from './access.ts';
import type { Params, Route } from './route.ts';

export interface AuditedParts {
  readonly audit: Pick<Audit, 'record' | 'refused'>;
  readonly store: Pick<Store, 'plugin'>;
  readonly now: Clock['now'];
}

/** A change that a route has made; its plugin where the route does not name it. */
export interface NotedChange {
  readonly plugin?: string | null;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Of what is kept of each. */
const mostChars = 4_000;

/** To be called by a route whose change is another one than of a plugin's deployment. */
export function noteChange(ctx: Context, change: NotedChange): void {
  const noted = ctx.state['changes'] as NotedChange[] | undefined;
  if (noted === undefined) ctx.state['changes'] = [change];
  else noted.push(change);
}

/** Whether what a route does is a change that the audit has. */
export function isChange({ method, access, isKept }: Route): boolean {
  return isKept ?? (method !== 'GET' && access !== 'read');
}

/**
 * Has the route make its change, and writes the audit before anybody is told of it.
 * @throws NboxError `audit_failed`; whatever the route throws
 */
export async function audited({ audit, store, now }: AuditedParts, ctx: Context, route: Route, params: Params): Promise<void> {
  const named = route.of === 'plugin' ? namedBy(params) : null;
  const plugin = route.of === 'plugin' && params['name'] !== undefined ? asPlugin(named ?? '') : undefined;
  const before = plugin === undefined ? undefined : await deploymentOf(store, plugin);
  const entry = (outcome: string, change: NotedChange): AuditEntry => ({
    ...{ at: now(), ...whoOf(ctx), method: route.method, route: route.pattern, plugin: change.plugin ?? named, outcome },
    ...{ before: text(change.before), after: text(change.after), requestId: String(ctx.state['requestId']) },
  });
  try {
    await route.handle(ctx, params);
  } catch (error) {
    if (ctx.state['principal'] !== undefined) await audit.refused(entry(isNboxError(error) ? error.code : 'internal_error', {}));
    throw error;
  }
  const noted = (ctx.state['changes'] as NotedChange[] | undefined) ?? [
    { before, after: plugin === undefined ? undefined : await deploymentOf(store, plugin) },
  ];
  await audit.record(noted.map((change) => entry('ok', change)));
}

/** That somebody was not let do something. Never rejects. */
export function auditRefusal({ audit, now }: AuditedParts, ctx: Context, route: Route, params: Params, outcome: string): Promise<void> {
  return audit.refused({
    ...{
      at: now(),
      ...whoOf(ctx),
      method: route.method,
      route: route.pattern,
      plugin: route.of === 'plugin' ? namedBy(params).slice(0, 200) : null,
    },
    ...{ outcome, before: null, after: null, requestId: String(ctx.state['requestId']) },
  });
}

function whoOf(ctx: Context): Pick<AuditEntry, 'actor' | 'tokenId' | 'address'> {
  const { actor, tokenId } = ctx.state['principal'] as Principal;
  return { actor, tokenId, address: ctx.req.socket.remoteAddress ?? '' };
}

function asPlugin(id: string): PluginId | undefined {
  try {
    return parsePluginId(id);
  } catch {
    return undefined;
  }
}

async function deploymentOf(store: Pick<Store, 'plugin'>, plugin: PluginId): Promise<object | null> {
  const live = await store.plugin(plugin);
  return live === undefined ? null : { deployment: live.deployment.number, releases: live.deployment.releases };
}

function text(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const json = JSON.stringify(value);
  return json.length <= mostChars ? json : JSON.stringify({ tooLong: json.length });
}
