/**
 * A sandbox's memory at rest, as bytes: the pages that differ from a base, and the addresses that make sense of them.
 * Restoring it gives a sandbox as it was, closures and all, without evaluating anything.
 */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { clearFree } from './clear-free.ts';
import { Engine, type Pointer, type Roots } from './engine.ts';

/** The size in which memory is compared and copied; a small one keeps snapshots small. */
const pageBytes = 4_096;

/** The stack that the engine's module was linked with, down from its top. What lies there at rest is no part of a sandbox. */
export const stackBytes = 5_242_880;

export interface Snapshot {
  readonly roots: Roots;
  /** Owned values of the guest's that the host calls, by name. */
  readonly entries: Readonly<Record<string, Pointer>>;
  readonly memoryBytes: number;
  /** Addresses from here on are zero. */
  readonly heapEnd: number;
  /** What `bytes` differs from; `undefined` only for a bare instance's own. */
  readonly base: Snapshot | undefined;
  /** Names what it has been given that another of the same base has not; that of a release is its base's. */
  readonly parts: string;
  /** Numbers of the pages in `bytes`, in rising order. */
  readonly pages: Uint32Array;
  readonly bytes: Uint8Array;
}

let bareImage: Promise<Snapshot> | undefined;

/** The pages that an instance fills when it is made. The same in every instance, so they are looked at once. */
function bare(): Promise<Snapshot> {
  bareImage ??= Engine.instantiate(0).then((engine) => imageOf(engine, {}, undefined));
  return bareImage;
}

/**
 * Of an engine at rest: no guest frame on the stack, no job waiting. Its free memory is cleared.
 * @param parts by which `decodeSnapshot` asks for it, where others are based on it
 */
export async function takeSnapshot(
  engine: Engine,
  entries: Snapshot['entries'],
  base?: Snapshot,
  parts = base?.parts ?? '',
): Promise<Snapshot> {
  const from = base ?? (await bare());
  clearFree(engine);
  return imageOf(engine, entries, from, parts);
}

const zeros = Buffer.alloc(pageBytes);

function imageOf(engine: Engine, entries: Snapshot['entries'], base: Snapshot | undefined, parts = ''): Snapshot {
  const memory = engine.bytes;
  const { heapEnd } = engine;
  const stack = stackOf(engine);
  const before = pagesOf(base);
  const pages: number[] = [];
  for (let page = 0; page * pageBytes < Math.max(heapEnd, base?.heapEnd ?? 0); page += 1) {
    const start = page * pageBytes;
    if (start >= stack.start && start < stack.end) continue;
    if (memory.compare(before.get(page) ?? zeros, 0, pageBytes, start, start + pageBytes) !== 0) pages.push(page);
  }
  const bytes = Buffer.alloc(pages.length * pageBytes);
  pages.forEach((page, i) => {
    memory.copy(bytes, i * pageBytes, page * pageBytes, (page + 1) * pageBytes);
  });
  return { roots: engine.roots, entries, memoryBytes: memory.length, heapEnd, base, parts, pages: Uint32Array.from(pages), bytes };
}

/** The pages that are wholly stack: what is left on them at rest, nobody reads. */
function stackOf({ stackTop }: Engine): { readonly start: number; readonly end: number } {
  return { start: Math.ceil((stackTop - stackBytes) / pageBytes) * pageBytes, end: Math.floor(stackTop / pageBytes) * pageBytes };
}

/** What each page is that is not empty, its base's included; the same few bases are asked for again and again. */
const pageTables = new WeakMap<Snapshot, ReadonlyMap<number, Uint8Array>>();

export function pagesOf(snapshot: Snapshot | undefined): ReadonlyMap<number, Uint8Array> {
  if (snapshot === undefined) return new Map();
  let pages = pageTables.get(snapshot);
  if (pages === undefined) {
    const all = new Map(pagesOf(snapshot.base));
    snapshot.pages.forEach((page, i) => {
      all.set(page, snapshot.bytes.subarray(i * pageBytes, (i + 1) * pageBytes));
    });
    pages = all;
    pageTables.set(snapshot, pages);
  }
  return pages;
}

/**
 * Makes an instance into what the snapshot was taken of. Its host functions must be provided in the same order.
 * @param from what its memory is: one that the snapshot is based on, or a bare instance's
 */
export function restoreSnapshot(engine: Engine, snapshot: Snapshot, from?: Snapshot): void {
  const missing = snapshot.memoryBytes - engine.memoryBytes;
  if (missing > 0 && !engine.growth.request(snapshot.memoryBytes)) throw new Error('the snapshot does not fit into the memory cap');
  writePages(engine, snapshot, from);
  engine.adopt(snapshot.roots);
}

function writePages(engine: Engine, snapshot: Snapshot, from: Snapshot | undefined): void {
  // A new instance has filled the pages of the bare one itself.
  if (snapshot === from || snapshot.base === undefined) return;
  writePages(engine, snapshot.base, from);
  const memory = engine.bytes;
  const { pages, bytes } = snapshot;
  // Neighboring pages are copied as one run.
  for (let i = 0; i < pages.length; ) {
    let end = i + 1;
    while (end < pages.length && pages[end] === (pages[i] as number) + end - i) end += 1;
    memory.set(bytes.subarray(i * pageBytes, end * pageBytes), (pages[i] as number) * pageBytes);
    i = end;
  }
}

/** Brings an instance at rest back to a snapshot that it was restored from, whatever it has done since. */
export class Rewind {
  readonly #heapEnd: number;
  /** Neighboring pages as one run each, in rising order. */
  readonly #runs: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  /** What lies between the runs and was empty, the stack beside. */
  readonly #gaps: { readonly start: number; readonly end: number }[] = [];

  constructor(snapshot: Snapshot) {
    this.#heapEnd = snapshot.heapEnd;
    const pages = [...pagesOf(snapshot)].sort(([a], [b]) => a - b);
    let run: Uint8Array[] = [];
    let start = 0;
    let end = 0;
    const close = () => {
      if (run.length > 0) this.#runs.push({ start, bytes: Buffer.concat(run) });
      run = [];
    };
    for (const [page, bytes] of pages) {
      const at = page * pageBytes;
      if (run.length === 0 || at !== end) {
        close();
        if (at > end) this.#gaps.push({ start: end, end: at });
        start = at;
      }
      run.push(bytes);
      end = at + pageBytes;
    }
    close();
    if (end < snapshot.heapEnd) this.#gaps.push({ start: end, end: snapshot.heapEnd });
  }

  /** The memory of one that has grown stays grown: it is empty there. */
  apply(engine: Engine): void {
    const memory = engine.bytes;
    // Asked before it is overwritten itself.
    const { heapEnd } = engine;
    if (heapEnd > this.#heapEnd) memory.fill(0, this.#heapEnd, heapEnd);
    const stack = stackOf(engine);
    for (const { start, end } of this.#gaps) {
      if (start < stack.start) memory.fill(0, start, Math.min(end, stack.start));
      if (end > stack.end) memory.fill(0, Math.max(start, stack.end), end);
    }
    for (const { start, bytes } of this.#runs) memory.set(bytes, start);
  }
}

/** Most snapshots come out in one piece of this size; the default makes several, and joins them. */
const chunkSize = 262_144;
/** In its head: memory's bytes, heap's end, number of pages, and how many bytes the name of its base's parts takes. */
const headBytes = 16;
const mostPartsBytes = 4_096;
/** The largest sandbox, and the numbers of its pages. */
const mostBytes = 520 * 1_048_576;
const compress = promisify(zstdCompress);
/** One wrong byte would else be another program. */
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

/** What a snapshot is on disk and between processes: how it differs from its base, compressed. */
export async function encodeSnapshot(snapshot: Snapshot): Promise<Uint8Array> {
  const { memoryBytes, heapEnd, base, parts, pages, bytes } = snapshot;
  // What follows it is read as words.
  const name = Buffer.from(parts.padEnd(Math.ceil(parts.length / 4) * 4));
  const head = new Uint32Array([memoryBytes, heapEnd, pages.length, name.length, ...pages]);
  const differences = Uint8Array.from(bytes);
  toggle(differences, pages, base);
  return compress(Buffer.concat([new Uint8Array(head.buffer), name, differences]), checked);
}

/**
 * @param baseWith the base that has been given these parts
 * @throws Error on bytes that are no snapshot over such a base, and what `baseWith` throws
 */
export async function decodeSnapshot(encoded: Uint8Array, baseWith: (parts: string) => Promise<Snapshot>): Promise<Snapshot> {
  const all = zstdDecompressSync(encoded, { maxOutputLength: mostBytes, chunkSize });
  if (all.length < headBytes) throw new Error('this is no snapshot');
  const head = new Uint32Array(all.buffer, all.byteOffset, Math.floor(all.length / 4));
  const [memoryBytes = 0, heapEnd = 0, count = 0, nameBytes = 0] = head;
  const pages = head.subarray(headBytes / 4, headBytes / 4 + count);
  const nameAt = headBytes + count * 4;
  const bytes = all.subarray(nameAt + nameBytes);
  const rising = pages.every((page, i) => i === 0 || page > (pages[i - 1] as number));
  const last = pages[count - 1] ?? 0;
  const fits = bytes.length === count * pageBytes && heapEnd <= memoryBytes && last * pageBytes < heapEnd && memoryBytes % pageBytes === 0;
  if (!rising || !fits || nameBytes > mostPartsBytes || nameBytes % 4 !== 0) throw new Error('this is no snapshot');
  const parts = all.toString('latin1', nameAt, nameAt + nameBytes).trimEnd();
  const base = await baseWith(parts);
  toggle(bytes, pages, base);
  return { roots: base.roots, entries: base.entries, memoryBytes, heapEnd, base, parts, pages, bytes };
}

/** Pages into how they differ from the base's, and back: where only a counter differs, all else becomes zero. */
function toggle(bytes: Uint8Array, pages: Uint32Array, base: Snapshot | undefined): void {
  const before = pagesOf(base);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  for (let i = 0; i < pages.length; i += 1) {
    const from = before.get(pages[i] as number);
    if (from !== undefined) xor(words, i * wordsPerPage, new Int32Array(from.buffer, from.byteOffset, wordsPerPage));
  }
}

const wordsPerPage = pageBytes / 4;

function xor(words: Int32Array, start: number, by: Int32Array): void {
  for (let at = 0; at < wordsPerPage; at += 1) words[start + at] = (words[start + at] as number) ^ (by[at] as number);
}

/** Raised when the form of encoded snapshots changes. */
const format = 2;

/** Names a base: a snapshot over another one cannot be restored. */
export function snapshotId(snapshot: Snapshot): string {
  const hash = createHash('sha256').update(JSON.stringify([format, snapshot.roots, snapshot.entries, snapshot.memoryBytes]));
  return hash.update(snapshot.pages).update(snapshot.bytes).digest('hex');
}
