/** The bytes under an ArrayBuffer or a view, whatever the plugin has made of their prototypes. */

import {
  Buffer,
  Bytes,
  bufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  isBuffer,
  isView,
  sliceBuffer,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayTag,
} from './primordials.ts';

export type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

export const isBufferSource = (value: unknown): value is BufferSource => isView(value) || isBuffer(value);

/** The same bytes, not a copy; those of a detached buffer are none. @throws TypeError for all else */
export function bytesOf(source: unknown): Uint8Array<ArrayBuffer> {
  if (isView(source)) {
    const typed = typedArrayTag(source) !== undefined;
    const length = typed ? typedArrayByteLength(source) : dataViewByteLength(source);
    if (length === 0) return new Bytes(0);
    return typed
      ? new Bytes(typedArrayBuffer(source) as ArrayBuffer, typedArrayByteOffset(source), length)
      : new Bytes(dataViewBuffer(source) as ArrayBuffer, dataViewByteOffset(source), length);
  }
  if (isBuffer(source)) return bufferByteLength(source) === 0 ? new Bytes(0) : new Bytes(source);
  throw new TypeError('Bytes must be an ArrayBuffer or a view of one');
}

/** A copy that no one else holds. */
export function copyBytes(source: BufferSource): ArrayBuffer {
  const bytes = bytesOf(source);
  const start = bytes.byteOffset;
  return bytes.length === 0 ? new Buffer(0) : sliceBuffer(bytes.buffer, start, start + bytes.length);
}
