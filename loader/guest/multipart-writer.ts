/** A form as the text of a multipart/form-data body. */

import { type BlobPart, type Entries, fileName, joinPieces, toPieces, typeOf } from './blob.ts';
import { type BodyState, newBody } from './body.ts';
import { host } from './host.ts';
import { Bytes, join, push, split, stringSlice } from './primordials.ts';

const hex = '0123456789abcdef';

/** Nobody can write a value that would hold it. */
function newBoundary(): string {
  const bytes = new Bytes(host.random(16));
  let boundary = '----nbox-form-';
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    boundary += stringSlice(hex, byte >> 4, (byte >> 4) + 1) + stringSlice(hex, byte & 15, (byte & 15) + 1);
  }
  return boundary;
}

const replace = (text: string, from: string, to: string): string => join(split(text, from), to);

/** Every kind of line end as CRLF. */
const toCrlf = (text: string): string => replace(replace(replace(text, '\r\n', '\n'), '\r', '\n'), '\n', '\r\n');

const escape = (text: string): string => replace(replace(replace(text, '\n', '%0A'), '\r', '%0D'), '"', '%22');

export function formBody(entries: Entries): { readonly body: BodyState; readonly type: string } {
  const boundary = newBoundary();
  const parts: BlobPart[] = [];
  let text = '';
  for (let at = 0; at < entries.length; at += 2) {
    const value = entries[at + 1] as Entries[number];
    text += '--' + boundary + '\r\nContent-Disposition: form-data; name="' + escape(toCrlf(entries[at] as string)) + '"';
    if (typeof value === 'string') text += '\r\n\r\n' + toCrlf(value) + '\r\n';
    else {
      text += '; filename="' + escape(fileName(value)) + '"\r\nContent-Type: ' + (typeOf(value) || 'application/octet-stream') + '\r\n\r\n';
      push(parts, text, value);
      text = '\r\n';
    }
  }
  push(parts, text + '--' + boundary + '--\r\n');
  return { body: newBody(joinPieces(toPieces(parts))), type: 'multipart/form-data; boundary=' + boundary };
}
