/** UTF-8 in and out, around the zero bytes that cannot cross to the host as text. */

import { host } from './host.ts';
import { Buffer, Bytes, indexOfByte, join, push, setBytes, split } from './primordials.ts';
import { hasNul, toUsv } from './webidl.ts';

/** UTF-8 of a string without lone surrogates. */
export function utf8(text: string): ArrayBuffer {
  if (text === '') return new Buffer(0);
  const usv = toUsv(text);
  if (!hasNul(usv)) return host.encodeUtf8(usv);
  const parts = split(usv, '\0');
  const encoded: Uint8Array[] = [];
  let length = parts.length - 1;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as string;
    const bytes = new Bytes(part === '' ? new Buffer(0) : host.encodeUtf8(part));
    push(encoded, bytes);
    length += bytes.length;
  }
  const all = new Bytes(length);
  let at = 0;
  for (let index = 0; index < encoded.length; index += 1) {
    const bytes = encoded[index] as Uint8Array;
    setBytes(all, bytes, at);
    at += bytes.length + 1;
  }
  return all.buffer;
}

/** Text of bytes; `undefined` where they are malformed and `fatal` is asked for. */
export function decode(bytes: Uint8Array<ArrayBuffer>, encoding: string, fatal: boolean, ignoreBOM: boolean): string | undefined {
  const { buffer, byteOffset, length } = bytes;
  if (length === 0) return '';
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    const zero = indexOfByte(bytes, 0, start);
    const end = zero === -1 ? length : zero;
    // Only at the very start is a byte order mark one.
    const part = start === end ? '' : host.decodeUtf8(buffer, byteOffset + start, end - start, encoding, fatal, ignoreBOM || start > 0);
    if (part === undefined) return undefined;
    if (zero === -1 && start === 0) return part;
    push(parts, part);
    if (zero === -1) return join(parts, '\0');
    start = zero + 1;
  }
}

/** The standard's "UTF-8 decode": a byte order mark is dropped, what is malformed becomes U+FFFD. */
export const fromUtf8 = (bytes: Uint8Array<ArrayBuffer>): string => decode(bytes, 'utf-8', false, false) as string;
