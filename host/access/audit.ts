/** Who changed what: a row for each change, written before the change is acknowledged, and never touched again until it is old. */

import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import { LineBudget } from '../line-budget.ts';
import type { Logger } from '../log.ts';
import { PublishQueue } from '../release/publish-queue.ts';
import type { Store } from '../store/store.ts';
import { type AuditEnd, type AuditEntry, type AuditQuery, type AuditRow, chainHash, chainStart } from './audit-row.ts';

export interface AuditParts {
  readonly store: Pick<Store, 'appendAudit' | 'audit' | 'auditEnds' | 'dropAudit'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** For so long rows are kept. */
  readonly keepMs: number;
  /** Does the work every so often. @returns what ends that */
  readonly every: (ms: number, work: () => void) => () => void;
}

/** Of what was refused, by token and in all: what is tried a thousand times a second must not fill the disk. */
const refusedBounds = { ofToken: 2, inAll: 20 };
const hourMs = 3_600_000;
/** So many are hashed at once: the event loop has other work. */
const pageRows = 100;

/** `broken`: the first row of which what is stored is not what was. */
export type Verification =
  | { readonly ok: true; readonly rows: number; readonly dropped: number; readonly last: AuditEnd }
  | { readonly ok: false; readonly broken: number; readonly reason: string };

export class Audit {
  readonly #parts: AuditParts;
  readonly #refusedOf: LineBudget;
  readonly #refusedInAll: LineBudget;
  /** Dropping old rows while they are walked through would look like what a walk is to find. */
  readonly #queue = new PublishQueue();
  /** Of what this host has written itself: rows behind it cannot be cut off unseen. */
  #tip: AuditEnd = chainStart;
  /** The last row that the log was told of. */
  #told = 0;
  #verifying: Promise<Verification> | undefined;
  #stop: () => void = () => {};

  constructor(parts: AuditParts) {
    this.#parts = parts;
    this.#refusedOf = new LineBudget({ perSecond: refusedBounds.ofToken }, parts.clock.elapsed);
    this.#refusedInAll = new LineBudget({ perSecond: refusedBounds.inAll }, parts.clock.elapsed);
  }

  /** Once. */
  async start(): Promise<void> {
    this.#tip = (await this.#parts.store.auditEnds()).tip;
    this.#tell();
    await this.drop();
    this.#stop = this.#parts.every(hourMs, () => {
      this.#tell();
      void this.drop();
    });
  }

  /** A log that is kept elsewhere tells later whether the chain is the one that it was. */
  #tell(): void {
    const { number, hash } = this.#tip;
    if (number === this.#told) return;
    this.#told = number;
    this.#parts.log.info({ audit: `${number}:${hash}` }, 'the last row of the audit');
  }

  /** @throws NboxError `audit_failed`: a change that was made, and of which that is not known, is not acknowledged */
  async record(entries: readonly AuditEntry[]): Promise<void> {
    try {
      const tip = await this.#parts.store.appendAudit(entries);
      if (tip.number > this.#tip.number) this.#tip = tip;
    } catch (cause) {
      this.#parts.log.error({ err: cause, entries }, 'a change could not be written to the audit');
      throw new NboxError('audit_failed', {
        detail: 'The change was made, but the audit could not be written; look before trying again',
        cause,
      });
    }
  }

  /** What somebody was not let do, or what failed. Never rejects. */
  async refused(entry: AuditEntry): Promise<void> {
    const { allowed, dropped } = this.#refusedOf.take(entry.tokenId);
    if (!allowed || !this.#refusedInAll.take('').allowed) return;
    try {
      // What was not written is told with the next that is.
      const after = dropped === 0 ? entry.after : JSON.stringify({ unwritten: dropped });
      await this.record([{ ...entry, after }]);
    } catch {
      // It was logged; nothing was done of which it would have to be known.
    }
  }

  rows(query: AuditQuery): Promise<AuditRow[]> {
    return this.#parts.store.audit(query);
  }

  /**
   * Walks through all rows, from the oldest on; whoever asks meanwhile has the answer of the same walk.
   * @param known what the last row was once: it has to be in the chain still
   * @throws NboxError `invalid_query` where that was dropped for its age
   */
  async verify(known?: AuditEnd): Promise<Verification> {
    this.#verifying ??= this.#walk().finally(() => {
      this.#verifying = undefined;
    });
    const found = await this.#verifying;
    return found.ok && known !== undefined ? this.#compared(found, known) : found;
  }

  #compared(found: Verification & { readonly ok: true }, { number, hash }: AuditEnd): Promise<Verification> {
    return this.#queue.run('chain', async () => {
      if (number > found.last.number) return broken(found.last.number + 1, `there were rows up to ${number}, and they are gone`);
      const { head } = await this.#parts.store.auditEnds();
      if (number < head.number) {
        throw new NboxError(
          'invalid_query',
          `known is row ${number}, which was dropped for its age; the oldest that it may be is ${head.number}`,
        );
      }
      const [row] = number === head.number ? [head] : await this.#parts.store.audit({ after: number - 1, limit: 1 });
      return row?.number === number && row.hash === hash ? found : broken(number, 'it is not the one that is known');
    });
  }

  #walk(): Promise<Verification> {
    return this.#queue.run('chain', async () => {
      const own = this.#tip;
      const { head, tip } = await this.#parts.store.auditEnds();
      if (tip.number < own.number) return broken(tip.number + 1, `rows up to ${own.number} were written, and are gone`);
      let last: AuditEnd = head;
      while (last.number < tip.number) {
        const page = await this.#parts.store.audit({ after: last.number, limit: pageRows });
        for (const row of page) {
          if (row.number > tip.number) break;
          if (row.number !== last.number + 1) return broken(last.number + 1, 'it is gone');
          if (chainHash(last.hash, row.number, row) !== row.hash) return broken(row.number, 'it, or what came before it, was changed');
          if (row.number === own.number && row.hash !== own.hash) return broken(row.number, 'it is not the row that this host has written');
          last = row;
        }
        if (page.length < pageRows && last.number < tip.number) return broken(last.number + 1, 'it is gone');
      }
      if (last.hash !== tip.hash) return broken(last.number, 'it is not the row that was written last');
      return { ok: true, rows: tip.number - head.number, dropped: head.number, last: { number: tip.number, hash: tip.hash } };
    });
  }

  /** Drops what is too old. Never rejects. */
  async drop(): Promise<void> {
    const { store, clock, keepMs, log } = this.#parts;
    try {
      await this.#queue.run('chain', () => store.dropAudit(clock.now() - keepMs));
    } catch (err) {
      log.warn({ err }, 'old rows of the audit could not be dropped; it is tried again');
    }
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#queue.close();
  }
}

function broken(number: number, reason: string): Verification {
  return { ok: false, broken: number, reason: `Row ${number}: ${reason}` };
}
