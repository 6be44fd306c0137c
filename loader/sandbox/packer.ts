/**
 * What sandboxes' memories differ in from images that many share: thousands of sandboxes are kept as that and no more,
 * and a few engines run whichever is called. All images, and the entries of differences on their way, lie in one memory
 * of the process, the store; `packer.wat` has the loops over both.
 */

import { initialPages, wasmPageBytes } from '../../guards/memory.ts';
import type { Engine } from './engine.ts';
import { packerModule } from './packer-module.ts';
import { pagesOf, type Snapshot, stackBytes } from './snapshot.ts';

/** As `packer.wat` has them. */
const lineBytes = 64;
const entryBytes = 4 + lineBytes;
const pairBytes = 2 * lineBytes;

/** Each takes up to a megabyte, mostly a third of one; a host has plugins of a few kinds. */
const mostImages = 32;
/** The stack is dirty from its top down to where this much of it is not: only frames that are larger could leave more. */
const cleanBytes = 16_384;
/** Memories that have grown are not packed. */
const memoryBytes = initialPages * wasmPageBytes;

/** A memory's content but for the stack: from its start, and from the stack's top. */
export interface Image {
  readonly snapshot: Snapshot;
  /** Where it is in the store. */
  readonly at: number;
}

interface Functions {
  pack(at: number, end: number, image: number, entry: number): number;
  unpack(entry: number, end: number): void;
  wipe(top: number, bottom: number, enough: number): void;
}

class Store {
  readonly memory: WebAssembly.Memory;
  /** Where the guest's stack begins and ends, in whole pairs of lines; what lies beside it in the same pairs is kept with the rest. */
  readonly stackBottom: number;
  readonly stackTop: number;
  #bytes: Buffer;
  readonly #imagesAt: number;
  readonly #images = new Map<Snapshot, Image>();

  constructor(stackTop: number) {
    this.stackTop = Math.floor(stackTop / pairBytes) * pairBytes;
    this.stackBottom = Math.ceil((stackTop - stackBytes) / pairBytes) * pairBytes;
    this.#imagesAt = (this.#imageBytes / lineBytes) * entryBytes;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.#imagesAt / wasmPageBytes) });
    this.#bytes = Buffer.from(this.memory.buffer);
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get #imageBytes(): number {
    return this.stackBottom + memoryBytes - this.stackTop;
  }

  /** Of a snapshot or, where there are too many already, of what it is based on. @returns `undefined` where no image is near */
  imageOf(snapshot: Snapshot): Image | undefined {
    const known = this.#images.get(snapshot);
    if (known !== undefined) return known;
    const fits = snapshot.memoryBytes <= memoryBytes && this.#images.size < mostImages;
    if (!fits) return snapshot.base && this.imageOf(snapshot.base);
    const image = { snapshot, at: this.#imagesAt + this.#images.size * this.#imageBytes };
    const missing = image.at + this.#imageBytes - this.memory.buffer.byteLength;
    this.memory.grow(Math.ceil(missing / wasmPageBytes));
    this.#bytes = Buffer.from(this.memory.buffer);
    const memory = Buffer.alloc(memoryBytes);
    for (const [page, bytes] of pagesOf(snapshot)) memory.set(bytes, page * bytes.length);
    this.#bytes.set(memory.subarray(0, this.stackBottom), image.at);
    this.#bytes.set(memory.subarray(this.stackTop), image.at + this.stackBottom);
    this.#images.set(snapshot, image);
    return image;
  }
}

let store: Store | undefined;

const module: WebAssembly.Module = Reflect.construct(WebAssembly.Module, [Buffer.from(packerModule, 'base64')]);

export function imageOf(engine: Engine, snapshot: Snapshot): Image | undefined {
  store ??= new Store(engine.stackTop);
  return store.imageOf(snapshot);
}

/** A memory's difference from an image. */
export class Packed {
  readonly image: Image;
  /** Longer than needed now and then, so that it need not be made anew each time. */
  #entries: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(image: Image) {
    this.image = image;
  }

  /** What it takes. */
  get bytes(): number {
    return this.#entries.length;
  }

  take(from: Buffer, length: number): void {
    if (length > this.#entries.length || length < this.#entries.length / 2) {
      this.#entries = Buffer.allocUnsafeSlow(Math.ceil((length * spare) / lineBytes) * lineBytes);
    }
    from.copy(this.#entries, 0, 0, length);
    this.#length = length;
  }

  give(to: Buffer): number {
    this.#entries.copy(to, 0, 0, this.#length);
    return this.#length;
  }
}

const spare = 1.125;

/** Packs and unpacks one engine's memory. */
export class Packer {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #functions: Functions;
  readonly #stackTop: number;
  /** What the memory is, but for what was unpacked into it and has run since. */
  #image: Image | undefined;

  /** @param engine bare, or at rest */
  constructor(engine: Engine) {
    this.#engine = engine;
    this.#stackTop = engine.stackTop;
    store ??= new Store(this.#stackTop);
    this.#store = store;
    const imports = { nbox: { store: store.memory, guest: engine.memory } };
    this.#functions = new WebAssembly.Instance(module, imports as unknown as WebAssembly.Imports).exports as unknown as Functions;
  }

  /** Whether another sandbox may have the engine next: its memory has not grown, nor should have, and no frame is left on the stack. */
  get isReusable(): boolean {
    const { memoryBytes: has, growth, stackTop } = this.#engine;
    return has === memoryBytes && !growth.refused && stackTop === this.#stackTop;
  }

  /** Takes what is in the memory out of it: it is its image's again. The engine is at rest and reusable. */
  pack(into?: Packed): void {
    const { stackBottom, stackTop, bytes } = this.#store;
    const { at, snapshot } = this.#image as Image;
    // What the guest's memory says of itself is not to be relied on.
    const heapEnd = Math.min(Math.max(this.#engine.heapEnd, snapshot.heapEnd), memoryBytes);
    const low = this.#functions.pack(0, stackBottom, at, 0);
    const length = this.#functions.pack(stackTop, heapEnd, at + stackBottom, low);
    this.#functions.wipe(stackTop, stackBottom, cleanBytes);
    into?.take(bytes, length);
  }

  /** The memory is its image's. */
  unpack(packed: Packed): void {
    this.become(packed.image);
    this.#functions.unpack(0, packed.give(this.#store.bytes));
  }

  /** Makes the memory an image's, where it is another one's or a bare engine's. */
  become(image: Image): void {
    if (this.#image === image) return;
    const { stackBottom, stackTop, bytes } = this.#store;
    const memory = this.#engine.bytes;
    bytes.copy(memory, 0, image.at, image.at + stackBottom);
    const heapBytes = Math.max(this.#image?.snapshot.heapEnd ?? 0, image.snapshot.heapEnd) - stackTop;
    bytes.copy(memory, stackTop, image.at + stackBottom, image.at + stackBottom + heapBytes);
    this.#image = image;
  }
}
