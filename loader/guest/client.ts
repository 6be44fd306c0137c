/** What a call hears of its client: that it has gone. */

import { type AbortSignal, abortWith, dependOn } from './abort.ts';
import { DOMException } from './dom-exception.ts';
import { host } from './host.ts';
import { mapDelete, mapGet, mapSet, NativeMap, split } from './primordials.ts';
import type { ReplyStream } from './reply-stream.ts';

/** By call; those of calls that are over are forgotten. */
const signals = new NativeMap<number, AbortSignal>();
const streams = new NativeMap<number, ReplyStream>();

/** The signal of the call's request, made when it is first asked for: from then on the call outlives its client. */
export function signalOf(call: number): AbortSignal {
  const known = mapGet(signals, call);
  if (known !== undefined) return known;
  const signal = dependOn([]);
  const client = host.keep(call, 1);
  if (client === 1) mapSet(signals, call, signal);
  else if (client === 2) abortWith(signal, goneError());
  return signal;
}

/** The reply's stream is to be canceled when the client has gone. */
export function holdStream(call: number, stream: ReplyStream): void {
  mapSet(streams, call, stream);
}

/** Called by the host. */
export function clientGone(call: number): void {
  const reason = goneError();
  const stream = mapGet(streams, call);
  mapDelete(streams, call);
  if (stream !== undefined) stream.cancel(reason);
  const signal = mapGet(signals, call);
  mapDelete(signals, call);
  if (signal !== undefined) abortWith(signal, reason);
}

/** The calls are over. @param calls numbers with commas between them */
export function forgetCalls(calls: string): void {
  const numbers = split(calls, ',');
  for (let i = 0; i < numbers.length; i += 1) {
    const number = +(numbers[i] as string);
    mapDelete(signals, number);
    mapDelete(streams, number);
  }
}

function goneError(): DOMException {
  return new DOMException('The client has gone', 'AbortError');
}
