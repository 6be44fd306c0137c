/** node:crypto: the part that is simple over the web's `crypto`. For digests and signatures there is `crypto.subtle`. */

import { Buffer } from './buffer.ts';

type Bytes = ReturnType<typeof Buffer.alloc>;

export const webcrypto = globalThis.crypto;
export const { subtle } = webcrypto;

/** The most that the platform gives at once. */
const portion = 65_536;

export function getRandomValues<T extends ArrayBufferView>(view: T): T {
  return webcrypto.getRandomValues(view as never);
}

export function randomUUID(): string {
  return webcrypto.randomUUID();
}

export function randomFillSync<T extends ArrayBufferView>(view: T, offset = 0, size = view.byteLength - offset): T {
  for (let at = offset; at < offset + size; at += portion) {
    const length = Math.min(portion, offset + size - at);
    webcrypto.getRandomValues(new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + at, length));
  }
  return view;
}

type BytesCallback = (error: Error | null, bytes: Bytes) => void;

export function randomBytes(size: number, callback?: BytesCallback): Bytes | undefined {
  if (!Number.isInteger(size) || size < 0) throw new RangeError(`The value of "size" is out of range: ${size}`);
  const bytes = randomFillSync(Buffer.alloc(size));
  if (callback === undefined) return bytes;
  queueMicrotask(() => callback(null, bytes));
  return undefined;
}

type NumberCallback = (error: Error | null, value: number) => void;

/** Uniform: what would favor some numbers is drawn again. */
export function randomInt(first: number, second?: number | NumberCallback, third?: NumberCallback): number | undefined {
  const least = typeof second === 'number' ? first : 0;
  const most = typeof second === 'number' ? second : first;
  const callback = typeof second === 'function' ? second : third;
  const range = most - least;
  if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most) || range <= 0 || range > 2 ** 48 - 1) {
    throw new RangeError(`The range from ${least} to ${most} has no whole numbers, or too many`);
  }
  const end = 2 ** 48 - (2 ** 48 % range);
  let drawn: number;
  do drawn = randomFillSync(Buffer.alloc(6)).readUIntBE(0, 6);
  while (drawn >= end);
  const value = least + (drawn % range);
  if (callback === undefined) return value;
  queueMicrotask(() => callback(null, value));
  return undefined;
}

export function timingSafeEqual(a: ArrayBufferView | ArrayBuffer, b: ArrayBufferView | ArrayBuffer): boolean {
  const [one, other] = [a, b].map((value) =>
    ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value),
  ) as [Uint8Array, Uint8Array];
  if (one.length !== other.length) {
    throw Object.assign(new RangeError('Input buffers must have the same byte length'), { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
  }
  let difference = 0;
  for (let i = 0; i < one.length; i += 1) difference |= (one[i] as number) ^ (other[i] as number);
  return difference === 0;
}

export default { getRandomValues, randomBytes, randomFillSync, randomInt, randomUUID, subtle, timingSafeEqual, webcrypto };
