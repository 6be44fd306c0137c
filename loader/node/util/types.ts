/** node:util/types: what a value really is, whatever it says of itself. */

function has(brand: () => unknown): boolean {
  try {
    brand();
    return true;
  } catch {
    return false;
  }
}

const getter = (prototype: object, name: string | symbol) =>
  Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;
const tagOf = getter(Object.getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag);
const bufferLength = getter(ArrayBuffer.prototype, 'byteLength');
const viewLength = getter(DataView.prototype, 'byteLength');
const mapSize = getter(Map.prototype, 'size');
const setSize = getter(Set.prototype, 'size');
const tag = (value: unknown): string => Object.prototype.toString.call(value);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

type TypedArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export const isMap = (value: unknown): value is Map<unknown, unknown> => isObject(value) && has(() => mapSize.call(value));
export const isSet = (value: unknown): value is Set<unknown> => isObject(value) && has(() => setSize.call(value));
export const isWeakMap = (value: unknown): value is WeakMap<object, unknown> =>
  isObject(value) && has(() => WeakMap.prototype.has.call(value, {}));
export const isWeakSet = (value: unknown): value is WeakSet<object> => isObject(value) && has(() => WeakSet.prototype.has.call(value, {}));
export const isDate = (value: unknown): value is Date => isObject(value) && has(() => Date.prototype.getTime.call(value));
export const isRegExp = (value: unknown): value is RegExp =>
  isObject(value) && value !== RegExp.prototype && has(() => getter(RegExp.prototype, 'global').call(value));
export const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
export const isTypedArray = (value: unknown): value is TypedArray => isObject(value) && tagOf.call(value) !== undefined;
export const isUint8Array = (value: unknown): value is Uint8Array => isObject(value) && tagOf.call(value) === 'Uint8Array';
export const isArrayBuffer = (value: unknown): value is ArrayBuffer => isObject(value) && has(() => bufferLength.call(value));
export const isAnyArrayBuffer = isArrayBuffer;
export const isSharedArrayBuffer = (_: unknown): boolean => false;
export const isArrayBufferView = (value: unknown): value is ArrayBufferView => ArrayBuffer.isView(value);
export const isDataView = (value: unknown): value is DataView => isObject(value) && has(() => viewLength.call(value));
export const isNativeError = (value: unknown): value is Error =>
  isObject(value) && (tag(value) === '[object Error]' || value instanceof Error) && Object.hasOwn(value, 'stack');
export const isGeneratorFunction = (value: unknown): boolean => typeof value === 'function' && /GeneratorFunction\]$/.test(tag(value));
export const isAsyncFunction = (value: unknown): boolean => typeof value === 'function' && /\[object Async/.test(tag(value));
export const isGeneratorObject = (value: unknown): boolean => isObject(value) && tag(value) === '[object Generator]';
export const isNumberObject = (value: unknown): boolean => isObject(value) && has(() => Number.prototype.valueOf.call(value));
export const isStringObject = (value: unknown): boolean => isObject(value) && has(() => String.prototype.valueOf.call(value));
export const isBooleanObject = (value: unknown): boolean => isObject(value) && has(() => Boolean.prototype.valueOf.call(value));
export const isBigIntObject = (value: unknown): boolean => isObject(value) && has(() => BigInt.prototype.valueOf.call(value));
export const isSymbolObject = (value: unknown): boolean => isObject(value) && has(() => Symbol.prototype.valueOf.call(value));
export const isBoxedPrimitive = (value: unknown): boolean =>
  isNumberObject(value) || isStringObject(value) || isBooleanObject(value) || isBigIntObject(value) || isSymbolObject(value);

export const types = {
  ...{ isMap, isSet, isWeakMap, isWeakSet, isDate, isRegExp, isPromise, isTypedArray, isUint8Array, isArrayBuffer, isAnyArrayBuffer },
  ...{ isSharedArrayBuffer, isArrayBufferView, isDataView, isNativeError, isGeneratorFunction, isAsyncFunction, isGeneratorObject },
  ...{ isNumberObject, isStringObject, isBooleanObject, isBigIntObject, isSymbolObject, isBoxedPrimitive },
};

export default types;
