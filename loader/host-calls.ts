/**
 * What the guest's prelude can ask of its host, by number: one function for each would take 25 KB of every engine. The
 * prelude's source calls them by name; its bundling puts the numbers in.
 */

import type { Host } from './guest/host.ts';

export type HostCall = keyof Host;

export const hostCalls = [
  'replyText',
  'replyBytes',
  'fail',
  'settled',
  'log',
  'trip',
  'setTimer',
  'clearTimer',
  'now',
  'randomNumber',
  'random',
  'uuid',
  'encodeUtf8',
  'decodeUtf8',
  'encodeBase64',
  'decodeBase64',
  'parseUrl',
  'setUrlPart',
  'parseQuery',
  'formatQuery',
  'load',
  'begin',
  'send',
  'replyStream',
  'keep',
  'flushLater',
  'runningCall',
  'subtle',
  'compute',
  'openCodec',
  'feedCodec',
  'stepCodec',
  'closeCodec',
] as const satisfies readonly HostCall[];

const call = /\bhost\.(\w+)\((\s*\))?/g;

/** A module of the prelude with its calls of `host.name(…)` as `host(number, …)`. @throws Error on a name that there is not */
export function withHostCalls(source: string): string {
  return source.replaceAll(call, (_all, name: string, end: string | undefined) => {
    const number = (hostCalls as readonly string[]).indexOf(name);
    if (number < 0) throw new Error(`the host has no function ${name}`);
    return end === undefined ? `host(${number}, ` : `host(${number})`;
  });
}
