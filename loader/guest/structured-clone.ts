/** structuredClone: a deep copy that keeps cycles, made with a list of work and not by recursion, so that no depth overflows the stack. */

import { DOMException, isDomException } from './dom-exception.ts';
import { flagsOf, kindOf, sourceOf, timeOf, unboxed } from './kind.ts';
import {
  Bytes,
  bufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  defineProperty,
  entriesOf,
  getOwnPropertyDescriptor,
  hasOwn,
  indexOfByte,
  isBuffer,
  isInstance,
  itemsOf,
  keys,
  mapGet,
  mapSet,
  NativeError,
  NativeMap,
  NativeSet,
  push,
  setAdd,
  setBytes,
  sliceBuffer,
  splice,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayTag,
  uncurry,
} from './primordials.ts';
import { asOperations, clones, interfaces, requireArguments, toDictionary, toText } from './webidl.ts';

const transferBuffer = uncurry((ArrayBuffer.prototype as unknown as { transfer(): ArrayBuffer }).transfer) as (
  buffer: ArrayBuffer,
) => ArrayBuffer;
const isDetached = uncurry(Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'detached')?.get as (this: ArrayBuffer) => boolean);
const NativeDate = Date;
const NativeRegExp = RegExp;
const NativeDataView = DataView;
const toObject = Object as (value: unknown) => object;
const views = {
  Int8Array,
  Uint8Array: Bytes,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as unknown as Record<string, Uint8ArrayConstructor>;
const float16 = (globalThis as unknown as { Float16Array?: Uint8ArrayConstructor }).Float16Array;
if (float16 !== undefined) views['Float16Array'] = float16;
const errors: Record<string, ErrorConstructor> = {
  Error: NativeError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

type Copies = Map<object, object>;

function refuse(what: string): never {
  throw new DOMException(what + ' cannot be cloned', 'DataCloneError');
}

/** Work to do: the members of `from` are still to be copied to `to`. */
interface Work {
  readonly from: object;
  readonly to: object;
  readonly kind: string;
}

/** A class whose objects can be transferred, though not cloned. */
interface Transferable {
  is(value: unknown): boolean;
  /** Whether it has been transferred already. */
  isGone(value: object): boolean;
  /** What will take its place, still empty. */
  successor(): object;
  /** Takes all from an object, and gives it to its successor. */
  move(value: object, successor: object): void;
}

const transferables: Transferable[] = [];

/** Told by modules whose objects can be transferred. */
export function addTransferable(one: Transferable): void {
  push(transferables, one);
}

function transferableOf(value: object): Transferable | undefined {
  for (let index = 0; index < transferables.length; index += 1) {
    if ((transferables[index] as Transferable).is(value)) return transferables[index];
  }
  return undefined;
}

export function structuredClone(value: unknown, options?: { transfer?: Iterable<object> }): unknown {
  requireArguments(arguments.length, 1, 'structuredClone');
  const given = toDictionary(options, 'The options of structuredClone')?.transfer;
  return cloneAndMove(value, given === undefined ? [] : [...given]).copy;
}

/** StructuredSerializeWithTransfer and back: the copy, and what the transferred objects have become, in order. */
export function cloneAndMove(value: unknown, transfer: readonly object[]): { readonly copy: unknown; readonly moved: readonly object[] } {
  const copies: Copies = new NativeMap();
  for (let index = 0; index < transfer.length; index += 1) {
    const given = transfer[index] as object;
    if (typeof given !== 'object' || given === null) throw new TypeError('What is to be transferred must be an object');
    if (mapGet(copies, given) !== undefined) refuse('An object transferred twice');
    const kind = transferableOf(given);
    if (kind === undefined && !isBuffer(given)) refuse('What is to be transferred is neither an ArrayBuffer nor a port, and');
    if (kind?.isGone(given)) refuse('An object that has been transferred');
    mapSet(copies, given, given);
  }
  // Nothing is moved or detached before all has been copied, so that a failure leaves all as it was.
  const moved: object[] = [];
  for (let index = 0; index < transfer.length; index += 1) {
    const given = transfer[index] as object;
    if (isBuffer(given) && isDetached(given)) refuse('A detached ArrayBuffer');
    const successor = isBuffer(given) ? copyBuffer(given) : (transferableOf(given) as Transferable).successor();
    mapSet(copies, given, successor);
    push(moved, successor);
  }
  const work: Work[] = [];
  const copy = begin(value, copies, work);
  while (work.length > 0) {
    const [next] = splice(work, work.length - 1, 1);
    fill(next as Work, copies, work);
  }
  for (let index = 0; index < transfer.length; index += 1) {
    const given = transfer[index] as object;
    if (isBuffer(given)) transferBuffer(given);
    else (transferableOf(given) as Transferable).move(given, moved[index] as object);
  }
  return { copy, moved };
}

/** A value's copy, its members left as work. */
function begin(value: unknown, copies: Copies, work: Work[]): unknown {
  if (typeof value === 'symbol') refuse('A symbol');
  if (typeof value === 'function') refuse('A function');
  if (typeof value !== 'object' || value === null) return value;
  const known = mapGet(copies, value);
  if (known !== undefined) return known;
  const kind = kindOf(value);
  const serialized = kind === 'instance' ? cloneOf(value) : undefined;
  const copy = serialized ?? shell(value, kind, copies);
  mapSet(copies, value, copy);
  if (serialized !== undefined) return copy;
  if (
    kind === 'plain' ||
    kind === 'instance' ||
    kind === 'array' ||
    kind === 'map' ||
    kind === 'set' ||
    (kind === 'error' && !isDomException(value))
  ) {
    push(work, { from: value, to: copy, kind });
  }
  return copy;
}

/** The copy of an object of the platform's own that is serializable. */
function cloneOf(value: object): object | undefined {
  for (let index = 0; index < clones.length; index += 1) {
    const copy = (clones[index] as (typeof clones)[number])(value);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

function shell(value: object, kind: ReturnType<typeof kindOf>, copies: Copies): object {
  switch (kind) {
    case 'plain':
      return {};
    case 'array': {
      const copy: unknown[] = [];
      copy.length = (value as unknown[]).length;
      return copy;
    }
    case 'map':
      return new NativeMap();
    case 'set':
      return new NativeSet();
    case 'date':
      return new NativeDate(timeOf(value as Date));
    case 'regexp':
      return new NativeRegExp(sourceOf(value as RegExp), flagsOf(value as RegExp));
    case 'number':
    case 'string':
    case 'boolean':
    case 'bigint':
      return toObject((unboxed[kind] as (value: unknown) => unknown)(value));
    case 'symbol':
      return refuse('A symbol');
    case 'buffer':
      if (isDetached(value as ArrayBuffer)) refuse('A detached ArrayBuffer');
      return copyBuffer(value as ArrayBuffer);
    case 'view':
      return copyView(value as ArrayBufferView, copies);
    case 'error':
      return copyError(value as Error);
    case 'opaque':
      return refuse('This object');
    case 'instance':
      for (let index = 0; index < interfaces.length; index += 1) {
        const constructor = interfaces[index] as Function;
        if (isInstance(constructor, value)) refuse('An object of class ' + constructor.name);
      }
      return {};
  }
}

function copyView(view: ArrayBufferView, copies: Copies): object {
  const tag = typedArrayTag(view);
  const buffer = (tag === undefined ? dataViewBuffer(view) : typedArrayBuffer(view)) as ArrayBuffer;
  if (isDetached(buffer)) refuse('A view of a detached ArrayBuffer');
  if (isOutside(view, tag)) refuse('A view of what its buffer has no longer');
  let copy = mapGet(copies, buffer) as ArrayBuffer | undefined;
  if (copy === undefined) {
    copy = copyBuffer(buffer);
    mapSet(copies, buffer, copy);
  }
  if (bufferByteLength(copy) !== bufferByteLength(buffer)) refuse('A view of a buffer that has changed');
  const tracks = tracksLength(view, tag, buffer);
  if (tag === undefined) return new NativeDataView(copy, dataViewByteOffset(view), tracks ? undefined : dataViewByteLength(view));
  const View = views[tag] as Uint8ArrayConstructor;
  const offset = typedArrayByteOffset(view);
  return tracks ? new View(copy, offset) : new View(copy, offset, typedArrayLength(view));
}

const isResizable = uncurry(
  Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'resizable')?.get ?? (() => false as never),
) as unknown as (buffer: ArrayBuffer) => boolean;
const maxByteLength = uncurry(
  Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'maxByteLength')?.get ?? (() => 0 as never),
) as unknown as (buffer: ArrayBuffer) => number;
const resize = uncurry((ArrayBuffer.prototype as unknown as { resize(this: ArrayBuffer, length: number): void }).resize) as (
  buffer: ArrayBuffer,
  length: number,
) => void;
const Resizable = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;

function copyBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (!isResizable(buffer)) return sliceBuffer(buffer, 0);
  const copy = new Resizable(bufferByteLength(buffer), { maxByteLength: maxByteLength(buffer) });
  setBytes(new Bytes(copy), new Bytes(buffer));
  return copy;
}

/** Whether the buffer has shrunk to less than the view began with: whatever reads such a view throws. */
function isOutside(view: ArrayBufferView, tag: string | undefined): boolean {
  try {
    if (tag === undefined) dataViewByteLength(view);
    else indexOfByte(view as Uint8Array, 0, Infinity);
    return false;
  } catch {
    return true;
  }
}

/** Whether a view grows with its buffer: nothing tells but to let the buffer grow, or shrink, for a moment. */
function tracksLength(view: ArrayBufferView, tag: string | undefined, buffer: ArrayBuffer): boolean {
  if (!isResizable(buffer)) return false;
  const lengthOf = () => (tag === undefined ? dataViewByteLength(view) : typedArrayByteLength(view));
  const before = bufferByteLength(buffer);
  const size = tag === undefined ? 1 : (views[tag] as Uint8ArrayConstructor).BYTES_PER_ELEMENT;
  const length = lengthOf();
  if (before + size <= maxByteLength(buffer)) {
    resize(buffer, before + size);
    const tracks = lengthOf() !== length;
    resize(buffer, before);
    return tracks;
  }
  if (length < size) return false;
  const held = sliceBuffer(buffer, 0);
  resize(buffer, before - size);
  const tracks = lengthOf() === length - size;
  resize(buffer, before);
  setBytes(new Bytes(buffer), new Bytes(held));
  return tracks;
}

function copyError(error: Error): object {
  if (isDomException(error)) return new DOMException((error as Error).message, (error as Error).name);
  const name = toText(error.name);
  const constructor = hasOwn(errors, name) ? (errors[name] as ErrorConstructor) : NativeError;
  const message = getOwnPropertyDescriptor(error, 'message');
  const copy = message !== undefined && 'value' in message ? new constructor(toText(message.value)) : new constructor();
  const stack = getOwnPropertyDescriptor(error, 'stack');
  if (stack !== undefined && typeof stack.value === 'string')
    defineProperty(copy, 'stack', { value: stack.value, writable: true, configurable: true });
  return copy;
}

function fill({ from, to, kind }: Work, copies: Copies, work: Work[]): void {
  if (kind === 'map') {
    const entries = entriesOf(from as Map<unknown, unknown>, Infinity);
    for (let index = 0; index < entries.length; index += 1) {
      const [key, item] = entries[index] as [unknown, unknown];
      mapSet(to as Map<unknown, unknown>, begin(key, copies, work), begin(item, copies, work));
    }
  } else if (kind === 'set') {
    const items = itemsOf(from as Set<unknown>, Infinity);
    for (let index = 0; index < items.length; index += 1) setAdd(to as Set<unknown>, begin(items[index], copies, work));
  } else if (kind === 'error') {
    const cause = getOwnPropertyDescriptor(from, 'cause');
    if (cause !== undefined && 'value' in cause)
      defineProperty(to, 'cause', { value: begin(cause.value, copies, work), writable: true, configurable: true });
  } else {
    const names = keys(from);
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      // A getter that ran before may have taken it away.
      if (!hasOwn(from, name)) continue;
      const value = begin((from as Record<string, unknown>)[name], copies, work);
      if (name === '__proto__') defineProperty(to, name, { value, writable: true, enumerable: true, configurable: true });
      else (to as Record<string, unknown>)[name] = value;
    }
  }
}

asOperations({ structuredClone }, { structuredClone: 1 });
