/** The manifest of a push, from its files or from beside them, held against what the host has and allows. */

import { NboxError } from '../../guards/errors.ts';
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
  if (!allowed.hasLane(manifest.lane)) {
    throw new NboxError('invalid_manifest', {
      detail: `This host has no lane ${JSON.stringify(manifest.lane)}; its operator names lanes by --lanes`,
      pointer: `${given?.pointer ?? '/manifest'}/lane`,
    });
  }
  if (manifest.dynamicCode && !allowed.dynamicCode) {
    const detail = 'Code from strings is off on this host: its operator allows it by --dynamic-code true (NBOX_DYNAMIC_CODE)';
    throw new NboxError('invalid_manifest', { detail, pointer: `${given?.pointer}/dynamicCode` });
  }
  return manifest;
}
