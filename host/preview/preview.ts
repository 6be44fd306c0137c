/** A preview: a draft that is called under its own address with its own token, and is neither stored nor deployed. */

import type { Diagnostic } from '../../guards/errors.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { GuessBudget } from '../ingress/guess-budget.ts';
import type { PublishRequest, PublishTimings } from '../release/push.ts';
import type { GateReports, LiveRelease } from '../release/release.ts';

export interface Preview {
  /** Unique in this host's life, and of no meaning. */
  readonly id: string;
  readonly plugin: PluginId;
  /** What its calls run on; while it is `live`, the preview is. */
  readonly live: LiveRelease;
  /** What was pushed, for publishing it as it is. */
  readonly content: Pick<PublishRequest, 'files' | 'manifest' | 'typecheck'>;
  readonly actor: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When it ends, on the clock that only goes forward. */
  readonly endsAt: number;
  readonly interfaces: readonly string[];
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly gates: GateReports;
  /** Whether a text is its token, in constant time. */
  readonly isToken: (given: string) => boolean;
  /** Of wrong tokens that are tried for this preview: a stranger who does not know its id cannot close it to its author. */
  readonly guesses: GuessBudget;
}

export interface PreviewRequest extends Omit<PublishRequest, 'percentage' | 'expected' | 'key'> {
  /** How long it shall be there. */
  readonly ttlMs: number;
}

export interface NewPreview {
  readonly preview: Preview;
  /** Kept nowhere: only its hash is. */
  readonly token: string;
  readonly timings: Omit<PublishTimings, 'storeMs'>;
}

/** In s. */
export const ttlBounds = Object.freeze({ least: 10, most: 86_400, default: 3_600 });
