/** atob and btoa: strings with one character a byte, to and from base64. */

import { DOMException } from './dom-exception.ts';
import { host } from './host.ts';
import { apply, Bytes, bufferByteLength, charCodeAt, fromCharCode, matches, min, push } from './primordials.ts';
import { asOperations, hasNul, requireArguments, toText } from './webidl.ts';

export function btoa(data: string): string {
  requireArguments(arguments.length, 1, 'btoa');
  const text = toText(data);
  if (matches(/[^\0-\xff]/, text)) throw new DOMException('btoa takes characters up to U+00FF only', 'InvalidCharacterError');
  const { length } = text;
  if (length === 0) return '';
  const bytes = new Bytes(length);
  for (let at = 0; at < length; at += 1) bytes[at] = charCodeAt(text, at);
  return host.encodeBase64(bytes.buffer, 0, length);
}

export function atob(data: string): string {
  requireArguments(arguments.length, 1, 'atob');
  const text = toText(data);
  const buffer = hasNul(text) || matches(/[^\0-\x7f]/, text) ? undefined : host.decodeBase64(text);
  if (buffer === undefined) throw new DOMException('This is not base64', 'InvalidCharacterError');
  const bytes = new Bytes(buffer);
  const length = bufferByteLength(buffer);
  let decoded = '';
  for (let start = 0; start < length; start += 1_024) {
    const codes: number[] = [];
    const end = min(length, start + 1_024);
    for (let at = start; at < end; at += 1) push(codes, bytes[at] as number);
    decoded += apply(fromCharCode, undefined, codes);
  }
  return decoded;
}

asOperations({ atob, btoa });
