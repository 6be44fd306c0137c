/** node:buffer: the npm port, with `base64url`, and with UTF-8 and base64 left to the platform, which is native. */

import { Buffer as Port } from 'buffer/';

type Bytes = Uint8Array & {
  toString(encoding?: string, start?: number, end?: number): string;
  copy(target: Uint8Array, offset?: number, start?: number, end?: number): number;
  readUIntBE(offset: number, length: number): number;
};

/** As it is called here. */
const port = Port as unknown as { from(...args: unknown[]): Bytes; alloc(size: number): Bytes };

const url = /^base64-?url$/i;
const base64 = /^base64$/i;
const utf8 = /^utf-?8$/i;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Node reads either alphabet in either encoding, and ends at the first padding. */
function fromBase64(text: string): Bytes {
  const end = text.indexOf('=');
  const clean = (end === -1 ? text : text.slice(0, end))
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '');
  // A lone last character has too few bits for a byte.
  const binary = atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
  const bytes = port.alloc(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function decoded(text: string, encoding: unknown): Bytes | undefined {
  if (encoding === undefined || encoding === null || utf8.test(String(encoding))) {
    const { buffer, byteOffset, byteLength } = encoder.encode(text);
    return portFrom.call(Port, buffer, byteOffset, byteLength);
  }
  return url.test(String(encoding)) || base64.test(String(encoding)) ? fromBase64(text) : undefined;
}

const portFrom = Port.from as unknown as (...args: unknown[]) => Bytes;
type Method = (this: unknown, ...args: unknown[]) => unknown;
const {
  toString: portToString,
  write: portWrite,
  fill: portFill,
} = Port.prototype as unknown as Record<'toString' | 'write' | 'fill', Method>;
const { isEncoding: portIsEncoding, byteLength: portByteLength } = Port;

function from(value: unknown, ...rest: unknown[]): Bytes {
  const bytes = typeof value === 'string' ? decoded(value, rest[0]) : undefined;
  return bytes ?? portFrom.call(Port, value, ...rest);
}

function toString(this: Bytes, encoding?: string, start?: number, end?: number): string {
  const name = encoding === undefined || encoding === null ? 'utf8' : String(encoding);
  if (!utf8.test(name) && !url.test(name)) return portToString.call(this, name, start, end) as string;
  const part =
    start === undefined && end === undefined ? this : Uint8Array.prototype.subarray.call(this, clamp(start, 0), clamp(end, this.length));
  if (utf8.test(name)) return decoder.decode(part);
  const text = portToString.call(part, 'base64') as string;
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function clamp(index: number | undefined, fallback: number): number {
  const whole = index === undefined ? fallback : Math.trunc(Number(index)) || 0;
  return Math.max(0, whole);
}

function write(this: Bytes, text: string, ...rest: unknown[]): number {
  const encoding = rest.find((one) => typeof one === 'string');
  if (encoding === undefined || !url.test(encoding as string)) return portWrite.call(this, text, ...rest) as number;
  const offset = typeof rest[0] === 'number' ? rest[0] : 0;
  const length = typeof rest[1] === 'number' ? rest[1] : this.length - offset;
  return fromBase64(text).copy(this, offset, 0, length);
}

function fill(this: Bytes, value: unknown, ...rest: unknown[]): Bytes {
  const encoding = rest.find((one) => typeof one === 'string');
  const bytes = typeof value === 'string' && url.test(String(encoding)) ? fromBase64(value) : value;
  return portFill.call(this, bytes, ...(bytes === value ? rest : rest.filter((one) => one !== encoding))) as Bytes;
}

function define(target: object, members: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

define(Port, {
  from,
  isEncoding: (name: unknown) => url.test(String(name)) || (typeof name === 'string' && portIsEncoding(name)),
  byteLength: (value: unknown, encoding?: string) =>
    typeof value === 'string' && (url.test(String(encoding)) || base64.test(String(encoding)))
      ? Math.floor((value.replace(/=+$/, '').length * 3) / 4)
      : (portByteLength as Function)(value, encoding),
  copyBytesFrom(view: ArrayBufferView, offset = 0, length?: number) {
    const size = (view as Uint8Array).BYTES_PER_ELEMENT ?? 1;
    const start = view.byteOffset + offset * size;
    const end =
      length === undefined ? view.byteOffset + view.byteLength : Math.min(start + length * size, view.byteOffset + view.byteLength);
    return from(view.buffer.slice(Math.min(start, end), end));
  },
});
define(Port.prototype, {
  toString,
  toLocaleString: toString,
  write,
  fill,
});

export const Buffer = Port as unknown as { from(value: unknown, ...rest: unknown[]): Bytes; alloc(size: number): Bytes };
export const constants = { MAX_LENGTH: 2 ** 31 - 1, MAX_STRING_LENGTH: 2 ** 30 - 1 };
export const kMaxLength: number = constants.MAX_LENGTH;
export const kStringMaxLength: number = constants.MAX_STRING_LENGTH;
export const INSPECT_MAX_BYTES = 50;

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

export function isAscii(bytes: Uint8Array): boolean {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).every((byte) => byte < 128);
}

export function transcode(bytes: Uint8Array, source: string, target: string): Bytes {
  return from(from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(source), target);
}

export const { atob, btoa, Blob, File } = globalThis;

export default {
  ...{ Buffer, constants, kMaxLength, kStringMaxLength, INSPECT_MAX_BYTES, isUtf8, isAscii, transcode },
  ...{ SlowBuffer: Buffer, atob, btoa, Blob, File },
};
