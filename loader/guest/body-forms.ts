/** What `blob()` and `formData()` make of a body. */

import { type BodyState, consume } from './body.ts';
import type { Headers } from './headers.ts';
import { part } from './lazy.ts';
import { extractMimeType, formatMimeType, type MimeType } from './mime-type.ts';
import { bufferByteLength, mapGet, promiseThen } from './primordials.ts';

type Buf = Uint8Array<ArrayBuffer>;

const blobPart = () => part<typeof import('./blob.ts')>('blob.ts');
const formPart = () => part<typeof import('./form-data.ts')>('form-data.ts');
const multipart = () => part<typeof import('./multipart-reader.ts')>('multipart-reader.ts');
const queryPart = () => part<typeof import('./url-search-params.ts')>('url-search-params.ts');
const headerPart = () => part<typeof import('./headers.ts')>('headers.ts');
const utf8 = () => part<typeof import('./utf8.ts')>('utf8.ts');

/** The headers are looked at when the body has been read, and not before. */
function typeIn(headers: Headers): MimeType | undefined {
  const value = headerPart().headerValue(headers, 'content-type');
  return value === null ? undefined : extractMimeType(value);
}

export function readBlob(body: BodyState | null, headers: Headers): Promise<unknown> {
  return promiseThen(consume(body, 'arrayBuffer') as Promise<ArrayBuffer>, (buffer) => {
    const type = typeIn(headers);
    const pieces = bufferByteLength(buffer) === 0 ? [] : [blobPart().wholePiece(buffer)];
    return blobPart().makeBlob(pieces, type === undefined ? '' : formatMimeType(type));
  });
}

export function readForm(body: BodyState | null, headers: Headers): Promise<unknown> {
  return promiseThen(consume(body, 'bytes') as Promise<Buf>, (bytes) => {
    const type = typeIn(headers);
    if (type?.essence === 'multipart/form-data') {
      const boundary = mapGet(type.parameters, 'boundary');
      if (boundary === undefined) throw new TypeError('The content type multipart/form-data has no boundary');
      return formPart().formFrom(multipart().readMultipart(bytes, boundary));
    }
    if (type?.essence === 'application/x-www-form-urlencoded') {
      return formPart().formFrom(queryPart().parseForm(utf8().decode(bytes, 'utf-8', false, true) as string));
    }
    throw new TypeError('formData() needs the content type multipart/form-data or application/x-www-form-urlencoded');
  });
}
