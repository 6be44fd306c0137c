/** What a host has and allows of what a manifest may ask for. */

import { NboxError } from '../guards/errors.ts';
import type { Manifest } from './manifest.ts';

export interface Allowed {
  readonly lanes: readonly string[];
  /** Whether plugins may make code from strings. */
  readonly dynamicCode: boolean;
}

/**
 * @param pointer where the manifest stands in what was sent
 * @throws NboxError `invalid_manifest`
 */
export function checkAllowed(
  { lane, dynamicCode }: Manifest,
  allowed: { hasLane(lane: string): boolean; dynamicCode: boolean },
  pointer: string,
): void {
  if (!allowed.hasLane(lane)) {
    throw new NboxError('invalid_manifest', {
      detail: `This host has no lane ${JSON.stringify(lane)}; its operator names lanes by --lanes`,
      pointer: `${pointer}/lane`,
    });
  }
  if (dynamicCode && !allowed.dynamicCode) {
    const detail = 'Code from strings is off on this host: its operator allows it by --dynamic-code true (NBOX_DYNAMIC_CODE)';
    throw new NboxError('invalid_manifest', { detail, pointer: `${pointer}/dynamicCode` });
  }
}
