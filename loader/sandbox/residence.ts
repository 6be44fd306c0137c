/**
 * Where a sandbox's memory is: in an engine, or packed. Sandboxes are entered one after another, so a few engines do for
 * thousands: when another is entered, one that was not for long is packed, and its engine is the other's. So a sandbox at
 * rest takes little memory. Engines are kept by segmented LRU (Karedla, Love and Wherry, 1994): those that come back soon
 * keep theirs, and the many that do not take turns in very few, which stay warm in the processor's caches.
 */

import { Engine, type Roots } from './engine.ts';
import { imageOf, Packed, Packer } from './packer.ts';
import { restoreSnapshot, type Snapshot, stackBytes } from './snapshot.ts';

/** Engines that most sandboxes take turns in, by memory cap. With more of them each would be colder. */
export const mostPassing = 2;
/** Engines of those that were entered again while they had one. As many as the processor's caches hold. */
export const mostStaying = 64;

interface Berth {
  readonly engine: Engine;
  readonly packer: Packer;
  tenant: Residence | undefined;
}

/** Those of one memory cap; in each list the one that was entered last comes first. */
interface Berths {
  /** Those without a tenant are at its end. */
  readonly passing: Berth[];
  readonly staying: Berth[];
}

/** By memory cap, in MiB. */
const berthsByCap = new Map<number, Berths>();

/** Gives a bare engine its host functions. */
export type Equip = (engine: Engine) => void;

export class Residence {
  readonly #memoryMb: number;
  readonly #equip: Equip;
  readonly #side: unknown;
  // Of the snapshot itself nothing is kept: it is as large as an engine.
  readonly #roots: Roots;
  readonly #memoryBytes: number;
  readonly #berths: Berths;
  #berth: Berth | undefined;
  /** What it is when it has no berth. None where no image is near enough: then it keeps its engine. */
  #packed: Packed | undefined;

  /**
   * In an engine with a snapshot in it.
   * @param base what it is packed as a difference from: the snapshot's base, or itself
   * @param side given to the host functions
   */
  constructor(base: Snapshot, snapshot: Snapshot, memoryMb: number, equip: Equip, side: unknown) {
    this.#memoryMb = memoryMb;
    this.#equip = equip;
    this.#side = side;
    this.#roots = snapshot.roots;
    this.#memoryBytes = snapshot.memoryBytes;
    this.#berths = berthsByCap.getOrInsertComputed(memoryMb, () => ({ passing: [], staying: [] }));
    const berth = this.#take();
    const image = imageOf(berth.engine, base);
    if (image !== undefined) {
      this.#packed = new Packed(image);
      berth.packer.become(image);
    }
    restoreSnapshot(berth.engine, snapshot, image?.snapshot);
    berth.engine.side = side;
  }

  /** The engine, for a stay. */
  enter(): Engine {
    const berth = this.#berth;
    if (berth !== undefined && this.#berths.staying[0] !== berth) this.#stay(berth);
    return this.engine;
  }

  /** The engine, for use until another sandbox is entered. */
  get engine(): Engine {
    if (this.#berth !== undefined) return this.#berth.engine;
    const { engine, packer } = this.#take();
    packer.unpack(this.#packed as Packed);
    engine.adopt(this.#roots);
    engine.side = this.#side;
    return engine;
  }

  /** What its memory, unpacked, has grown to, in bytes. */
  get memoryBytes(): number {
    return this.#berth?.engine.memoryBytes ?? this.#memoryBytes;
  }

  /** What it takes of the process's memory: an engine's pages up to the heap's end, but for the stack, which is hardly used; and what it is packed into. */
  get residentBytes(): number {
    const engine = this.#berth?.engine;
    const packed = this.#packed?.bytes ?? 0;
    // What the guest's memory says of itself is not to be relied on.
    return engine === undefined ? packed : packed + Math.max(0, Math.min(engine.heapEnd, engine.memoryBytes) - stackBytes);
  }

  /** Its end. @param whole whether nothing was thrown through the engine's frames and no guard has tripped */
  leave(whole: boolean): void {
    const berth = this.#berth;
    const hasImage = this.#packed !== undefined;
    this.#berth = undefined;
    this.#packed = undefined;
    if (berth === undefined) return;
    berth.tenant = undefined;
    const { passing, staying } = this.#berths;
    const left = remove(passing, berth) || remove(staying, berth);
    if (!left || !whole || !hasImage || !berth.packer.isReusable || passing.length >= mostPassing) return;
    berth.packer.pack();
    passing.push(berth);
  }

  /** It was entered again: it goes to the front of those that stay, and the last of these is one that passes. */
  #stay(berth: Berth): void {
    const { passing, staying } = this.#berths;
    // One that keeps its engine for good is in neither.
    if (!remove(staying, berth) && !remove(passing, berth)) return;
    staying.unshift(berth);
    if (staying.length > mostStaying) passing.unshift(staying.pop() as Berth);
  }

  /** A berth for itself, whose memory is that of its packer's image. */
  #take(): Berth {
    const berth = this.#vacate() ?? this.#make();
    berth.tenant = this;
    this.#berth = berth;
    this.#berths.passing.unshift(berth);
    return berth;
  }

  #make(): Berth {
    const engine = new Engine(this.#memoryMb);
    this.#equip(engine);
    return { engine, packer: new Packer(engine), tenant: undefined };
  }

  #vacate(): Berth | undefined {
    const { passing } = this.#berths;
    const last = passing.at(-1);
    if (last === undefined || (last.tenant !== undefined && passing.length < mostPassing)) return undefined;
    passing.pop();
    const { tenant, packer } = last;
    if (tenant === undefined) return last;
    if (tenant.#packed === undefined || !packer.isReusable) return undefined;
    packer.pack(tenant.#packed);
    tenant.#berth = undefined;
    last.tenant = undefined;
    return last;
  }
}

function remove(berths: Berth[], berth: Berth): boolean {
  const at = berths.indexOf(berth);
  if (at >= 0) berths.splice(at, 1);
  return at >= 0;
}
