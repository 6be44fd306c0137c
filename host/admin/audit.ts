/** The audit routes of the admin API: who changed what, page by page or as a whole, and whether all of it is there still. */

import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { z } from 'zod';
import { NboxError } from '../../guards/errors.ts';
import type { Access } from '../access/access.ts';
import type { AuditQuery, AuditRow } from '../access/audit-row.ts';
import { everything } from '../access/reach.ts';
import { listAudit, verifyAudit } from '../api/operations/access.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { checkReach, principalOf } from './access.ts';
import { type Route, route } from './route.ts';
import { secondOf, times } from './usage-query.ts';

export interface AuditRouteParts {
  readonly access: { readonly audit: Pick<Access['audit'], 'rows' | 'verify'> };
  readonly now: Clock['now'];
  readonly log: Logger;
}

/** An item of `GET /v1/audit`. Times are ISO 8601 in UTC. */
export interface AuditView extends Omit<AuditRow, 'at' | 'before' | 'after'> {
  readonly at: string;
  readonly before: unknown;
  readonly after: unknown;
}

const defaultLimit = 100;
/** Of a piece of all of it: the event loop has other work. */
const pieceRows = 200;
const types: Readonly<Record<string, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
};
const columns = [
  ...(['number', 'at', 'actor', 'tokenId', 'address', 'method', 'route', 'plugin', 'outcome'] as const),
  ...(['before', 'after', 'requestId', 'hash'] as const),
];

export function auditRoutes({ access: { audit }, now, log }: AuditRouteParts): Route[] {
  return [
    route(listAudit, async (ctx, _, { query: asked }) => {
      const query = queryOf(ctx, asked, now());
      const { format } = asked;
      if (format === 'json') {
        const rows = await audit.rows(query);
        ctx.body = { rows: rows.map(view), next: rows.length < query.limit ? null : (rows.at(-1)?.number ?? null) };
        return;
      }
      if (asked.cursor !== undefined || asked.limit !== undefined) {
        throw new NboxError('invalid_query', `As ${format} all rows are told, the oldest first: there is no cursor and no limit`);
      }
      ctx.type = types[format] as string;
      ctx.set('content-disposition', `attachment; filename="nbox-audit.${format}"`);
      const body = Readable.from(lines(audit, query, format), { objectMode: false });
      body.on('error', (err) => log.warn({ err, requestId: ctx.state['requestId'] }, 'an export of the audit was cut off'));
      ctx.body = body;
    }),
    route(verifyAudit, async (ctx, _, { query: { known } }) => {
      ctx.body = await audit.verify(known);
    }),
  ];
}

type AskedAudit = { readonly [Name in keyof typeof listAudit.query]: z.output<(typeof listAudit.query)[Name]> };

/** Whoever reaches less than everything sees what is within that. @throws NboxError `invalid_query`, `forbidden` */
function queryOf(ctx: Context, asked: AskedAudit, now: number): AuditQuery {
  const principal = principalOf(ctx);
  const plugin = asked.plugin ?? (principal.reach === everything ? undefined : principal.reach);
  if (plugin !== undefined) checkReach(principal, plugin);
  return {
    ...{ plugin, actor: asked.actor, from: timeOf(asked, 'from', now), to: timeOf(asked, 'to', now) },
    ...{ limit: asked.limit ?? defaultLimit, before: asked.cursor },
  };
}

function timeOf(asked: AskedAudit, name: 'from' | 'to', now: number): number | undefined {
  const text = asked[name];
  if (text === undefined) return undefined;
  const second = secondOf(text, Math.floor(now / 1_000));
  if (second === undefined) throw new NboxError('invalid_query', `${name} may be ${times}`);
  return second * 1_000;
}

async function* lines(audit: AuditRouteParts['access']['audit'], query: AuditQuery, format: string): AsyncGenerator<Buffer> {
  if (format === 'csv') yield Buffer.from(`${columns.join(',')}\r\n`);
  let after = 0;
  for (;;) {
    const rows = await audit.rows({ ...query, after, limit: pieceRows });
    if (rows.length > 0)
      yield Buffer.from(rows.map((row) => (format === 'csv' ? csvLine(row) : `${JSON.stringify(view(row))}\n`)).join(''));
    if (rows.length < pieceRows) return;
    after = rows.at(-1)?.number ?? after;
  }
}

function view({ at, before, after, ...row }: AuditRow): AuditView {
  return { ...row, at: new Date(at).toISOString(), before: parsed(before), after: parsed(after) };
}

/** Of a row that was changed by hand it may be anything. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function csvLine(row: AuditRow): string {
  const cells = { ...row, at: new Date(row.at).toISOString() };
  return `${columns.map((name) => csvCell(String(cells[name] ?? ''))).join(',')}\r\n`;
}

/** A spreadsheet computes what begins like a formula. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
