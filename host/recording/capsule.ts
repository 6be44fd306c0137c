/** A call that failed, with all that is needed to run it again wherever there is an nbox: its recording, and its release's source. */

import { z } from 'zod';
import type { ErrorCode, SourcePosition } from '../../guards/errors.ts';
import { errorCatalogue } from '../../guards/errors.ts';
import { recordingSchema, titleOf } from './recording.ts';

/** Raised where what an older one says would be read wrongly. */
export const capsuleFormat = 'nbox-capsule-1';

const count = z
  .int()
  .min(1)
  .max(2 ** 31);

/** How it failed. */
const failureSchema = z.strictObject({
  code: z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().max(10_000),
  /** In the author's source; `null` where it is not known. */
  position: z.strictObject({ file: z.string().max(1_000), line: count, column: count }).nullable(),
});

/** What the store keeps of one: the source is with its release. */
export const contentSchema = z.strictObject({ failure: failureSchema, recording: recordingSchema });

export const capsuleSchema = z.strictObject({
  format: z.literal(capsuleFormat),
  id: z.string().min(1).max(100),
  plugin: z.string().max(200),
  release: z.strictObject({ number: count, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  ...contentSchema.shape,
  /** As it applied. */
  manifest: z.record(z.string(), z.unknown()),
  /** Names and texts. A list, since a file may be called `__proto__`. */
  files: z.array(z.tuple([z.string().max(1_000), z.string()])).max(6_000),
});

export type CapsuleContent = Readonly<z.infer<typeof contentSchema>>;
export type Capsule = Readonly<z.infer<typeof capsuleSchema>>;
export type Failure = Readonly<z.infer<typeof failureSchema>>;

/** A failure as lists show it. */
export interface FailureSummary extends Failure {
  readonly interface: string;
  /** `GET /path`, or the interface. */
  readonly request: string;
  /** When the call was admitted, in milliseconds since the epoch. */
  readonly at: number;
  /** What was made unreadable, by name. */
  readonly redacted: readonly string[];
  /** Whether not all could be kept that the call was given. */
  readonly cut: boolean;
}

export interface FailureInfo {
  readonly id: string;
  readonly release: number;
  readonly summary: FailureSummary;
  /** Who has kept it, when and why; `undefined` where nobody has, and it goes with the host or before. */
  readonly kept: { readonly at: number; readonly actor: string; readonly message: string } | undefined;
}

export function summaryOf({ failure, recording }: CapsuleContent): FailureSummary {
  const { interface: name, at, redacted, cut } = recording;
  return { ...failure, interface: name, request: titleOf(recording), at, redacted, cut };
}

/** Whether two failures are the same one: by code and place, and by the plugin's words where they are the plugin's. */
export function isSameFailure(
  failure: Failure,
  other: { readonly outcome: string; readonly detail?: string | undefined; readonly position?: SourcePosition | undefined },
): boolean {
  if (failure.code !== other.outcome) return false;
  if (failure.code === 'plugin_error' && failure.detail !== other.detail) return false;
  const { position } = failure;
  return position === null || (position.file === other.position?.file && position.line === other.position.line);
}
