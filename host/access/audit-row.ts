/** What the audit keeps of a change, and the chain that its rows make: each has a hash of itself and of the one before. */

import { createHash } from 'node:crypto';

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  readonly tokenId: string;
  readonly address: string;
  readonly method: string;
  /** The pattern of the route. */
  readonly route: string;
  /** The plugin; of budgets and tokens also a group or a domain. `null`: the host. */
  readonly plugin: string | null;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  /** What was, and what is, as far as it is natural: JSON. */
  readonly before: string | null;
  readonly after: string | null;
  readonly requestId: string;
}

export interface AuditRow extends AuditEntry {
  /** Counts from 1, without a gap. */
  readonly number: number;
  readonly hash: string;
}

/** An end of the chain. */
export interface AuditEnd {
  readonly number: number;
  readonly hash: string;
}

/** `head`: the last row that was dropped for its age; `tip`: the newest row. They are the same where there is none. */
export interface AuditEnds {
  readonly head: AuditEnd;
  readonly tip: AuditEnd;
}

export interface AuditQuery {
  /** At or below it: a plugin, a group or a domain. */
  readonly plugin?: string | undefined;
  readonly actor?: string | undefined;
  /** Milliseconds since the epoch: from then, and before then. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only what is older, by its number. */
  readonly before?: number | undefined;
  /** Only what is newer. Then the oldest come first; else the newest do. */
  readonly after?: number | undefined;
  /** 1,000 at most. */
  readonly limit: number;
}

/** What a chain begins with. */
export const chainStart: AuditEnd = Object.freeze({ number: 0, hash: '0'.repeat(64) });

/** @param before the hash of the row before @returns SHA-256 in hex, of every field */
export function chainHash(before: string, number: number, entry: AuditEntry): string {
  const { at, actor, tokenId, address, method, route, plugin, outcome, before: was, after, requestId } = entry;
  const fields = [before, number, at, actor, tokenId, address, method, route, plugin, outcome, was, after, requestId];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
