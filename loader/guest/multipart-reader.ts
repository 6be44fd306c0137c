/**
 * The parser of multipart/form-data. Each byte is looked at a fixed number of times, whatever the body holds: a line's end
 * is looked for from the line's start, and all else only inside the line.
 */

import { type Entries, makeFile } from './blob.ts';
import { extractMimeType, formatMimeType, isToken, trimTabsAndSpaces } from './mime-type.ts';
import { apply, Bytes, fromCharCode, indexOf, indexOfByte, join, min, push, stringSlice, toLowerCase } from './primordials.ts';
import { decode, utf8 } from './utf8.ts';

const tab = 0x09,
  lf = 0x0a,
  cr = 0x0d,
  space = 0x20,
  dash = 0x2d;

type Buf = Uint8Array<ArrayBuffer>;

function malformed(what: string): never {
  throw new TypeError('The body is no valid multipart/form-data: ' + what);
}

const part = (bytes: Buf, start: number, end: number): Buf => new Bytes(bytes.buffer, bytes.byteOffset + start, end - start);

/** A byte order mark is part of a value. */
const text = (bytes: Buf, start: number, end: number): string => decode(part(bytes, start, end), 'utf-8', false, true) as string;

/** A character a byte. */
function isomorphic(bytes: Buf, start: number, end: number): string {
  const texts: string[] = [];
  for (let at = start; at < end; at += 1_024) push(texts, apply(fromCharCode, undefined, part(bytes, at, min(at + 1_024, end)) as never));
  return join(texts, '');
}

function holds(bytes: Buf, at: number, what: Buf): boolean {
  if (at + what.length > bytes.length) return false;
  for (let i = 0; i < what.length; i += 1) if (bytes[at + i] !== what[i]) return false;
  return true;
}

const isCrlf = (bytes: Buf, at: number) => bytes[at] === cr && bytes[at + 1] === lf;

function skipPadding(bytes: Buf, from: number): number {
  let at = from;
  while (bytes[at] === space || bytes[at] === tab) at += 1;
  return at;
}

/** Where the next delimiter begins, its line break included. No part of one looks like its start, so no byte is compared twice. */
function findDelimiter(bytes: Buf, delimiter: Buf, from: number): number {
  for (let at = indexOfByte(bytes, cr, from); at !== -1; at = indexOfByte(bytes, cr, at + 1)) {
    if (holds(bytes, at, delimiter)) return at;
  }
  return malformed('a part does not end');
}

/** @param boundary as the content type tells it @throws TypeError for all that the standard refuses */
export function readMultipart(bytes: Buf, boundary: string): Entries {
  if (boundary === '') malformed('the boundary is empty');
  const delimiter = new Bytes(utf8('\r\n--' + boundary));
  const first = part(delimiter, 2, delimiter.length);
  const entries: Entries = [];
  // A line break before the first delimiter is let pass: some clients send one.
  let at = isCrlf(bytes, 0) ? 2 : 0;
  if (!holds(bytes, at, first)) malformed('it does not begin with the boundary');
  at += first.length;
  for (;;) {
    if (bytes[at] === dash && bytes[at + 1] === dash) {
      at = skipPadding(bytes, at + 2);
      if (at !== bytes.length && !isCrlf(bytes, at)) malformed('something follows the last boundary');
      return entries;
    }
    at = skipPadding(bytes, at);
    if (!isCrlf(bytes, at)) malformed('something follows a boundary');
    const head = readHead(bytes, at + 2);
    const end = findDelimiter(bytes, delimiter, head.end);
    const { name, filename, type } = head;
    if (filename === undefined) push(entries, name, text(bytes, head.end, end));
    else {
      const start = bytes.byteOffset + head.end;
      const pieces = end === head.end ? [] : [{ buffer: bytes.buffer, start, end: bytes.byteOffset + end }];
      push(entries, name, makeFile(pieces, type, filename, 0));
    }
    at = end + delimiter.length;
  }
}

interface Head {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
  /** Where the content begins. */
  readonly end: number;
}

function readHead(bytes: Buf, from: number): Head {
  let at = from;
  let disposition: Disposition | undefined;
  const types: string[] = [];
  while (!isCrlf(bytes, at)) {
    const end = indexOfByte(bytes, cr, at);
    if (end === -1 || bytes[end + 1] !== lf) malformed('a header does not end');
    const line = part(bytes, at, end);
    if (indexOfByte(line, lf) !== -1 || indexOfByte(line, 0) !== -1) malformed('a header holds a character that none may');
    const colon = indexOfByte(line, 0x3a);
    if (colon === -1) malformed('a header has no colon');
    const name = trimTabsAndSpaces(isomorphic(line, 0, colon));
    if (!isToken(name)) malformed('a header has no valid name');
    const lower = toLowerCase(name);
    if (lower === 'content-disposition') disposition = readDisposition(text(line, colon + 1, line.length));
    else if (lower === 'content-type') push(types, isomorphic(line, colon + 1, line.length));
    at = end + 2;
  }
  if (disposition === undefined) return malformed('a part has no Content-Disposition');
  const mime = types.length === 0 ? undefined : extractMimeType(join(types, ', '));
  const type = types.length === 0 ? 'text/plain' : mime === undefined ? '' : formatMimeType(mime);
  return { ...disposition, type, end: at + 2 };
}

interface Disposition {
  readonly name: string;
  readonly filename: string | undefined;
}

const isSpaceAt = (value: string, at: number) => value[at] === ' ' || value[at] === '\t';

/**
 * `form-data; name="a"; filename="b"`. What is quoted is taken as it stands, as it is written: nothing escapes a quote, and
 * no percent sequence is decoded. Other parameters are passed over, and the last of a name counts.
 */
function readDisposition(given: string): Disposition {
  const value = trimTabsAndSpaces(given);
  let at = 0;
  const skipSpace = () => {
    while (isSpaceAt(value, at)) at += 1;
  };
  const word = (): string => {
    const start = at;
    while (at < value.length && value[at] !== ';' && value[at] !== '=' && !isSpaceAt(value, at)) at += 1;
    return stringSlice(value, start, at);
  };
  if (toLowerCase(word()) !== 'form-data') malformed('a Content-Disposition is not form-data');
  let name: string | undefined;
  let filename: string | undefined;
  for (skipSpace(); at < value.length; skipSpace()) {
    if (value[at] !== ';') malformed('a Content-Disposition is malformed');
    at += 1;
    skipSpace();
    // A last semicolon with nothing behind it.
    if (at === value.length) break;
    const key = toLowerCase(word());
    if (!isToken(key) || value[at] !== '=') malformed('a Content-Disposition is malformed');
    at += 1;
    let content: string;
    if (value[at] === '"') {
      const end = indexOf(value, '"', at + 1);
      if (end === -1) malformed('a quote does not end');
      content = stringSlice(value, at + 1, end);
      at = end + 1;
    } else {
      content = word();
      if (!isToken(content)) malformed('a Content-Disposition is malformed');
    }
    if (key === 'name') name = content;
    else if (key === 'filename') filename = content;
  }
  if (name === undefined) return malformed('a part has no name');
  return { name, filename };
}
