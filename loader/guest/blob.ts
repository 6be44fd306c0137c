/** Blob and File: bytes held in pieces, which blobs made of blobs and slices share. */

import { addBodyKind, type ByteStream, newBody } from './body.ts';
import { type BufferSource, copyBytes, isBufferSource } from './buffer-source.ts';
import { host } from './host.ts';
import { part } from './lazy.ts';
import {
  Buffer,
  Bytes,
  bufferByteLength,
  floor,
  join,
  matches,
  max,
  min,
  NativeBigInt,
  NativeNumber,
  promiseReject,
  promiseResolve,
  push,
  setBytes,
  sliceBuffer,
  split,
  toInt64,
  toLowerCase,
} from './primordials.ts';
import { addClone, asInterface, internal, requireArguments, toDictionary, toText, toUsv } from './webidl.ts';

const streamPart = () => part<typeof import('./body-stream.ts')>('body-stream.ts');
const utf8 = () => part<typeof import('./utf8.ts')>('utf8.ts');

/** A stretch of a buffer that no plugin holds and nothing writes to. */
export interface Piece {
  readonly buffer: ArrayBuffer;
  readonly start: number;
  readonly end: number;
}

export interface BlobPropertyBag {
  endings?: 'native' | 'transparent';
  type?: string;
}

export interface FilePropertyBag extends BlobPropertyBag {
  lastModified?: number;
}

export type BlobPart = string | BufferSource | Blob;

interface BlobState {
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly type: string;
}

let stateOf: (blob: Blob) => BlobState;
export let isBlob: (value: unknown) => value is Blob;
export let isFile: (value: unknown) => value is File;
export let fileName: (file: File) => string;
let modifiedAt: (file: File) => number;

export const piecesOf = (blob: Blob): readonly Piece[] => stateOf(blob).pieces;
export const typeOf = (blob: Blob): string => stateOf(blob).type;

/** @param type as it is to be told, not looked at again */
export const makeBlob = (pieces: readonly Piece[], type: string): Blob =>
  new Blob(internal as never, { pieces, size: sizeOf(pieces), type } as never);

export const makeFile = (pieces: readonly Piece[], type: string, name: string, lastModified: number): File =>
  new File(internal as never, name, { pieces, size: sizeOf(pieces), type, lastModified } as never);

/** The file that a form has for a blob. */
export function asFile(blob: Blob, name: string | undefined): File {
  if (isFile(blob)) return name === undefined ? blob : makeFile(piecesOf(blob), typeOf(blob), name, modifiedAt(blob));
  return makeFile(piecesOf(blob), typeOf(blob), name ?? 'blob', host.now());
}

export const wholePiece = (buffer: ArrayBuffer): Piece => ({ buffer, start: 0, end: bufferByteLength(buffer) });

function sizeOf(pieces: readonly Piece[]): number {
  let size = 0;
  for (let i = 0; i < pieces.length; i += 1) size += (pieces[i] as Piece).end - (pieces[i] as Piece).start;
  return size;
}

const isWhole = ({ buffer, start, end }: Piece) => start === 0 && end === bufferByteLength(buffer);

/** The bytes in a buffer of their own. */
export function joinPieces(pieces: readonly Piece[]): ArrayBuffer {
  const bytes = new Bytes(sizeOf(pieces));
  let at = 0;
  for (let i = 0; i < pieces.length; i += 1) {
    const { buffer, start, end } = pieces[i] as Piece;
    setBytes(bytes, new Bytes(buffer, start, end - start), at);
    at += end - start;
  }
  return bytes.buffer;
}

/** Pieces that are smaller than this on average take more memory than they spare. */
const smallPiece = 256;

/** What a list of texts, bytes and blobs holds. */
export function toPieces(parts: readonly BlobPart[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let texts: string[] = [];
  const add = (piece: Piece) => {
    if (piece.end > piece.start) push(pieces, piece);
  };
  const flush = () => {
    if (texts.length > 0) add(wholePiece(utf8().utf8(join(texts, ''))));
    texts = [];
  };
  for (let i = 0; i < parts.length; i += 1) {
    const value = parts[i] as BlobPart;
    if (typeof value === 'string') {
      push(texts, value);
      continue;
    }
    flush();
    if (isBlob(value)) {
      const given = piecesOf(value);
      for (let k = 0; k < given.length; k += 1) add(given[k] as Piece);
    } else add(wholePiece(copyBytes(value)));
  }
  flush();
  return pieces.length > 1 && sizeOf(pieces) < pieces.length * smallPiece ? [wholePiece(joinPieces(pieces))] : pieces;
}

/** The argument converted, and nothing of it copied: other arguments come first. */
function readParts(given: unknown, what: string): BlobPart[] {
  if (given === null || (typeof given !== 'object' && typeof given !== 'function'))
    throw new TypeError('The parts of a ' + what + ' must be a sequence');
  const parts: BlobPart[] = [];
  for (const value of given as Iterable<unknown>) push(parts, isBlob(value) || isBufferSource(value) ? value : toUsv(value));
  return parts;
}

function readBag(given: BlobPropertyBag | undefined): { readonly native: boolean; readonly type: string } {
  if (given === undefined) return { native: false, type: '' };
  const { endings } = given;
  const kind = endings === undefined ? 'transparent' : toText(endings);
  if (kind !== 'transparent' && kind !== 'native') throw new TypeError(kind + ' is no value of endings');
  const { type } = given;
  return { native: kind === 'native', type: type === undefined ? '' : normalType(toText(type)) };
}

const normalType = (type: string): string => (matches(/[^\x20-\x7e]/, type) ? '' : toLowerCase(type));

const newlines = (text: string): string => join(split(join(split(text, '\r\n'), '\n'), '\r'), '\n');

function stateFrom(parts: BlobPart[], native: boolean, type: string): BlobState {
  if (native) {
    for (let i = 0; i < parts.length; i += 1) {
      const value = parts[i] as BlobPart;
      if (typeof value === 'string') parts[i] = newlines(value);
    }
  }
  const pieces = toPieces(parts);
  return { pieces, size: sizeOf(pieces), type };
}

/** Web IDL's `[Clamp] long long`. */
function clamp(given: unknown): number {
  const value = +(given as number);
  if (value !== value) return 0;
  const most = 9_007_199_254_740_991;
  const within = min(max(value, -most), most);
  const below = floor(within);
  const rest = within - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

/** Where a relative position is. */
function position(given: unknown, size: number, otherwise: number): number {
  if (given === undefined) return otherwise;
  const at = clamp(given);
  return at < 0 ? max(size + at, 0) : min(at, size);
}

function cut(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const list: Piece[] = [];
  let at = 0;
  for (let i = 0; i < pieces.length && at < to; i += 1) {
    const { buffer, start, end } = pieces[i] as Piece;
    const length = end - start;
    const first = max(from - at, 0);
    const last = min(to - at, length);
    if (first < last) push(list, { buffer, start: start + first, end: start + last });
    at += length;
  }
  return list;
}

export class Blob {
  readonly #state: BlobState;

  constructor(blobParts?: Iterable<BlobPart>, options?: BlobPropertyBag) {
    if ((blobParts as unknown) === internal) {
      this.#state = options as unknown as BlobState;
      return;
    }
    const parts = blobParts === undefined ? [] : readParts(blobParts, 'Blob');
    const { native, type } = readBag(toDictionary(options, 'The options of a Blob'));
    this.#state = stateFrom(parts, native, type);
  }

  get size(): number {
    return this.#state.size;
  }

  get type(): string {
    return this.#state.type;
  }

  slice(start?: number, end?: number, contentType?: string): Blob {
    const { pieces, size } = this.#state;
    const first = position(start, size, 0);
    const last = position(end, size, size);
    const type = contentType === undefined ? '' : normalType(toText(contentType));
    return makeBlob(cut(pieces, first, last), type);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return #state in this ? settle(() => joinPieces(this.#state.pieces)) : notThis();
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return #state in this ? settle(() => new Bytes(joinPieces(this.#state.pieces))) : notThis();
  }

  text(): Promise<string> {
    return #state in this ? settle(() => utf8().fromUtf8(bytesIn(this.#state.pieces))) : notThis();
  }

  stream(): object {
    return streamOf(this.#state.pieces);
  }

  textStream(): object {
    return streamPart().decoded(streamOf(this.#state.pieces));
  }

  static {
    stateOf = (blob) => blob.#state;
    isBlob = (value): value is Blob => typeof value === 'object' && value !== null && #state in value;
  }
}

/** The bytes for reading only: not a copy where they lie in one piece. */
export function bytesIn(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  if (pieces.length === 0) return new Bytes(new Buffer(0));
  const { buffer, start, end } = pieces[0] as Piece;
  return pieces.length === 1 ? new Bytes(buffer, start, end - start) : new Bytes(joinPieces(pieces));
}

const chunkBytes = 65_536;

function streamOf(pieces: readonly Piece[]): ByteStream {
  let index = 0;
  let at = 0;
  return streamPart().hostBodyStream(
    () => {
      if (index === pieces.length) return promiseResolve(undefined);
      const { buffer, start, end } = pieces[index] as Piece;
      const from = start + at;
      const to = min(from + chunkBytes, end);
      at += chunkBytes;
      if (to === end) {
        index += 1;
        at = 0;
      }
      return promiseResolve(new Bytes(sliceBuffer(buffer, from, to) as ArrayBuffer));
    },
    () => {},
  );
}

function settle<T>(make: () => T): Promise<T> {
  try {
    return promiseResolve(make()) as Promise<T>;
  } catch (error) {
    return promiseReject(error);
  }
}

function notThis(): Promise<never> {
  return promiseReject(new TypeError('this is not a Blob'));
}

interface FileState extends BlobState {
  readonly lastModified: number;
}

export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(fileBits: Iterable<BlobPart>, fileName: string, options?: FilePropertyBag) {
    if ((fileBits as unknown) === internal) {
      const state = options as unknown as FileState;
      super(internal as never, state as never);
      this.#name = fileName;
      this.#lastModified = state.lastModified;
      return;
    }
    requireArguments(arguments.length, 2, 'File');
    const parts = readParts(fileBits, 'File');
    const name = toUsv(fileName);
    const given = toDictionary(options, 'The options of a File');
    const { native, type } = readBag(given);
    const modified = given?.lastModified;
    const lastModified = modified === undefined ? host.now() : toLongLong(modified);
    super(internal as never, stateFrom(parts, native, type) as never);
    this.#name = name;
    this.#lastModified = lastModified;
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  static {
    fileName = (file) => file.#name;
    modifiedAt = (file) => file.#lastModified;
    isFile = (value): value is File => typeof value === 'object' && value !== null && #name in value;
  }
}

function toLongLong(given: unknown): number {
  const value = +(given as number);
  if (value !== value || value === Infinity || value === -Infinity) return 0;
  const whole = value < 0 ? -floor(-value) : floor(value);
  // Not -0, which is no integer.
  return whole > -9_007_199_254_740_992 && whole < 9_007_199_254_740_992 ? whole + 0 : NativeNumber(toInt64(64, NativeBigInt(whole)));
}

/** Name, value, name, value and so on. */
export type Entries = (string | File)[];

asInterface(Blob, 'Blob', 0, { slice: 0 });
asInterface(File, 'File', 2);

addClone((value) => {
  if (isFile(value)) return makeFile(piecesOf(value), typeOf(value), fileName(value), modifiedAt(value));
  return isBlob(value) ? makeBlob(piecesOf(value), typeOf(value)) : undefined;
});

addBodyKind((value) => {
  if (!isBlob(value)) return undefined;
  const pieces = piecesOf(value);
  const shared = pieces.length === 1 && isWhole(pieces[0] as Piece);
  const source = shared ? (pieces[0] as Piece).buffer : joinPieces(pieces);
  const type = typeOf(value);
  return { body: newBody(source, shared), type: type === '' ? undefined : type };
});
