/** Operations that the host does for the guest and answers later: reading a request's body, fetching, and the like. */

import { host } from './host.ts';
import { jsonParse, jsonStringify, mapDelete, mapGet, mapSet, NativeError, NativeMap, NativePromise, split } from './primordials.ts';

export interface HostAnswer {
  readonly data: any;
  readonly bytes: ArrayBuffer | undefined;
}

interface Waiting {
  readonly resolve: (answer: HostAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** By the number that the host gave. */
const waiting = new NativeMap<number, Waiting>();

const constructors = { Error: NativeError, TypeError, RangeError } as const;

/**
 * Has the host do something. What the host cannot do, and what cannot even be begun, comes as a rejection; its error is
 * made here, of the host's `{ name, message }`.
 * @param op namespaced: `body.read`, `fetch`
 * @param data what JSON takes
 * @param bytes copied before this returns
 * @param call on whose behalf: the call that runs now unless another is named, which must not be over
 */
export function hostOp(op: string, data: unknown, bytes?: ArrayBuffer, call = 0): Promise<HostAnswer> {
  return new NativePromise((resolve, reject) => {
    const id = host.begin(call, op, jsonOf(data), bytes);
    mapSet(waiting, id, { resolve, reject });
  });
}

/** Tells the host something that needs no answer. What comes too late is dropped. */
export function tellHost(op: string, data: unknown, bytes?: ArrayBuffer, call = 0): void {
  host.send(call, op, jsonOf(data), bytes);
}

/** JSON has no U+0000 and no lone surrogate, so it crosses as it is. */
function jsonOf(data: unknown): string {
  return data === undefined ? '' : (jsonStringify(data) as string);
}

/** Called by the host when it has an answer: JSON of the data, or of the error. */
export function resume(id: number, ok: boolean, json: string, bytes: ArrayBuffer | undefined): void {
  const one = mapGet(waiting, id);
  if (one === undefined) return;
  mapDelete(waiting, id);
  const data = json === '' ? undefined : jsonParse(json);
  if (ok) one.resolve({ data, bytes });
  else one.reject(errorOf(data as { name: string; message: string }));
}

/** Of the named kind where there is one of that name, else an Error that bears it. */
function errorOf({ name, message }: { name: string; message: string }): Error {
  if (name === 'TypeError') return new constructors.TypeError(message);
  if (name === 'RangeError') return new constructors.RangeError(message);
  const error = new constructors.Error(message);
  if (name !== 'Error') error.name = name;
  return error;
}

/** The host has dropped these operations with the call they were for. @param ids numbers with commas between them */
export function forgetOps(ids: string): void {
  const numbers = split(ids, ',');
  for (let i = 0; i < numbers.length; i += 1) mapDelete(waiting, +(numbers[i] as string));
}
