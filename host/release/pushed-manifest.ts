/** The manifest of a push, from its files or from beside them, held against what the host has and allows. */

import { checkAllowed } from '../../loader/allowed.ts';
import { type Manifest, parseManifest } from '../../loader/manifest.ts';
import { extractManifest } from '../../loader/source.ts';
import type { PublishRequest } from './push.ts';

export interface Allowed {
  readonly hasLane: (lane: string) => boolean;
  /** Whether plugins may make code from strings. */
  readonly dynamicCode: boolean;
}

/** @throws NboxError `invalid_manifest`, `invalid_source` */
export function pushedManifest({ files, manifest: pushed }: Pick<PublishRequest, 'files' | 'manifest'>, allowed: Allowed): Manifest {
  const given = pushed === undefined ? extractManifest(files) : { value: pushed, pointer: '/manifest' };
  const manifest = parseManifest(given?.value, files.keys(), given?.pointer);
  checkAllowed(manifest, allowed, given?.pointer ?? '/manifest');
  return manifest;
}
