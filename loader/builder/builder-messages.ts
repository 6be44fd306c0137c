/** What the host and the builder's process say to each other. */

import type { PackedError } from '../../guards/errors.ts';
import type { Build, BuildRequest, ExecutorParts } from '../build.ts';

export type ToBuilder =
  | { readonly type: 'build'; readonly id: number; readonly request: BuildRequest }
  | { readonly type: 'executor'; readonly id: number };

export type FromBuilder =
  | { readonly type: 'ready' }
  /** The process could not start, and waits to be ended. */
  | { readonly type: 'unfit'; readonly message: string }
  | { readonly type: 'built'; readonly id: number; readonly build: Build }
  | { readonly type: 'executor'; readonly id: number; readonly parts: ExecutorParts }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError };
