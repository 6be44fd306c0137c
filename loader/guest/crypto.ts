/** crypto: random values and ids, from the host's generator; all else of it is a part of its own. */

import { DOMException } from './dom-exception.ts';
import { host } from './host.ts';
import { part } from './lazy.ts';
import {
  Bytes,
  indexOf,
  isView,
  setBytes,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayTag,
} from './primordials.ts';
import type { SubtleCrypto } from './webcrypto/subtle.ts';
import { asInterface, illegalConstructor, internal, requireArguments } from './webidl.ts';

const integers = '|Int8Array|Uint8Array|Uint8ClampedArray|Int16Array|Uint16Array|Int32Array|Uint32Array|BigInt64Array|BigUint64Array|';
const most = 65_536;

export class Crypto {
  #brand = true;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
  }

  get subtle(): SubtleCrypto {
    this.#brand;
    return part<typeof import('./webcrypto/subtle.ts')>('webcrypto/subtle.ts').subtle;
  }

  getRandomValues<T extends ArrayBufferView>(array: T): T {
    this.#brand;
    requireArguments(arguments.length, 1, 'crypto.getRandomValues');
    if (!isView(array)) throw new TypeError('crypto.getRandomValues needs a typed array');
    if (indexOf(integers, '|' + typedArrayTag(array) + '|') === -1)
      throw new DOMException('crypto.getRandomValues takes arrays of integers only', 'TypeMismatchError');
    const length = typedArrayByteLength(array);
    if (length > most) throw new DOMException('At most ' + most + ' random bytes can be had at once', 'QuotaExceededError');
    if (length > 0) setBytes(new Bytes(typedArrayBuffer(array), typedArrayByteOffset(array), length), new Bytes(host.random(length)));
    return array;
  }

  randomUUID(): string {
    this.#brand;
    return host.uuid();
  }
}

export const crypto = new Crypto(internal);

asInterface(Crypto, 'Crypto', 0);
