/**
 * The form of an export: gzip over lines of JSON. The first is the header, the last says how many rows of each kind stand
 * between, and the SHA-256 of all bytes before it: a file that was cut off, or joined with another, is told by it.
 */

import { z } from 'zod';

/** Of the rows, whatever store they come from: it goes up with each field or kind that comes to them (`store-row.ts`). */
export const exportVersion = 2;
export const exportFormat = 'nbox-export';
export const exportType = 'application/gzip';

/** Far above the largest content of a release, escaped as JSON; so much of a file may have to be held at once. */
export const lineLimitBytes = 128 * 1_048_576;

export const headerSchema = z.looseObject({
  format: z.literal(exportFormat),
  version: z.int().positive(),
  /** When the export began, by ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** The plugins that were asked for; `null`: all. */
  plugins: z.array(z.string()).nullable(),
});
export type ExportHeader = z.infer<typeof headerSchema>;

const count = z.int().nonnegative();

export const endSchema = z.strictObject({
  kind: z.literal('end'),
  rows: z.strictObject({
    setting: count,
    plugin: count,
    release: count,
    content: count,
    deployment: count,
    rollout: count,
    capsule: count,
    once: count,
    change: count,
    /** Not in files of version 1. */
    budget: count.default(0),
  }),
  sha256: z.string(),
});
export type RowCounts = z.infer<typeof endSchema>['rows'];

/** All at 0. */
export function noRows(): RowCounts {
  return { setting: 0, plugin: 0, release: 0, content: 0, deployment: 0, rollout: 0, capsule: 0, once: 0, change: 0, budget: 0 };
}
