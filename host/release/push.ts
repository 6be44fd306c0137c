/** A push as it is asked for, and as it is answered. */

import type { Diagnostic } from '../../guards/errors.ts';
import type { BuildRequest, BuildTimings, SourceFiles } from '../../loader/build.ts';
import type { PluginId } from '../../loader/plugin-id.ts';
import type { Share } from '../store/store.ts';
import type { HandOverMode } from './hand-over.ts';
import type { GateReports } from './release.ts';

export interface PublishRequest {
  readonly plugin: PluginId;
  /** As `readSource` gave them. */
  readonly files: SourceFiles;
  /** What stands in for `nbox.json` in a push; it must not be given beside one. */
  readonly manifest?: unknown;
  readonly typecheck: BuildRequest['typecheck'];
  /** Whether the plugin's tests are left out, which takes a message; else they are run. */
  readonly tests?: 'skip' | undefined;
  /** Who pushes, for the record. */
  readonly actor: string;
  /** Why, in that one's words. */
  readonly message?: string;
  /** Its part of the calls; the rest stays with what has had the most. All where there is none. */
  readonly percentage?: number;
  /** The deployment that must be live, by its number; 0: none may be. */
  readonly expected?: number | undefined;
  /** Whether the state of what is live is carried over; it is where there is none. */
  readonly handover?: HandOverMode;
  /** Gates whose findings do not keep it from going live. */
  readonly accept?: readonly string[];
  /** The sender's own, so that a request that is sent again does nothing again. */
  readonly key?: string | undefined;
}

export interface PublishTimings extends BuildTimings {
  readonly probeMs: number;
  /** What the gates took. */
  readonly gatesMs: number;
  readonly storeMs: number;
  readonly loadMs: number;
  /** From the call of `publish`, waiting for an earlier push included, to the swap. */
  readonly totalMs: number;
}

export interface Published {
  readonly plugin: PluginId;
  readonly release: { readonly number: number; readonly hash: string };
  readonly deployment: number;
  readonly releases: readonly Share[];
  /** `false`: this content was live already, with this part of the calls, and nothing was changed. */
  readonly created: boolean;
  /** `true`: this was done when the request was sent before. */
  readonly repeated?: boolean;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly timings: PublishTimings;
  readonly interfaces: readonly string[];
  /** What the gates have found. */
  readonly gates: GateReports;
}

/** Makes a push happen, and may look at how it ends. It must give or throw what that does. */
export type AroundPush = (requests: readonly PublishRequest[], push: () => Promise<Published[]>) => Promise<Published[]>;
