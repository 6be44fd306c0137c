/** The layer for hosts that allow no code from strings: releases that were accepted when it was allowed are not run. */

import { CallError, type Layer, nothingSpent } from './dispatch.ts';

export const dynamicCodeOff =
  'Its release was accepted when this host allowed code from strings (--dynamic-code true): publish one that does without';

export const withoutDynamicCode: Layer = (next) => (call) =>
  call.live.release.manifest.dynamicCode ? Promise.reject(new CallError('dynamic_code_off', dynamicCodeOff, nothingSpent)) : next(call);
