/** What the host works out of text for the guest; its errors are thrown here. */

import { host } from './host.ts';
import { jsonParse, jsonStringify, NativeError } from './primordials.ts';

const NativeRangeError = RangeError;
const NativeTypeError = TypeError;

/** @param args what JSON takes */
export function compute(service: string, key: string, args: readonly unknown[]): any {
  const { value, error } = jsonParse(host.compute(service, key, jsonStringify(args))) as {
    value: unknown;
    error?: { name: string; message: string };
  };
  if (error === undefined) return value;
  const { name, message } = error;
  throw name === 'TypeError'
    ? new NativeTypeError(message)
    : name === 'RangeError'
      ? new NativeRangeError(message)
      : new NativeError(message);
}
