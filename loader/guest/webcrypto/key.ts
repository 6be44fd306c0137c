/** CryptoKey: it holds its own material, so that it lives on in a snapshot like any other object. */

import { Bytes, setPrototypeOf, sliceArray, sliceBuffer } from '../primordials.ts';
import { asInterface, illegalConstructor, internal } from '../webidl.ts';

export const usageNames = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey'] as const;
export type KeyUsage = (typeof usageNames)[number];
export type KeyType = 'public' | 'private' | 'secret';

/** What a key is, out of reach of whoever changes the objects that its getters give. */
export interface KeySlots {
  readonly type: KeyType;
  readonly extractable: boolean;
  /** In the order of {@link usageNames}, each once. */
  readonly usages: readonly KeyUsage[];
  /** Of a secret key its bytes; else DER: PKCS #8 of a private key, SPKI of a public one. Never given out, only copied. */
  readonly material: ArrayBuffer;
  readonly name: string;
  readonly hash?: string | undefined;
  readonly length?: number | undefined;
  readonly namedCurve?: string | undefined;
  readonly modulusLength?: number | undefined;
  readonly publicExponent?: ArrayBuffer | undefined;
}

export let slotsOf: (value: unknown) => KeySlots | undefined;

export class CryptoKey {
  readonly #slots: KeySlots;
  #algorithm: object | undefined;
  #usages: KeyUsage[] | undefined;

  constructor(key?: symbol, slots?: KeySlots) {
    if (key !== internal) illegalConstructor();
    this.#slots = slots as KeySlots;
  }

  get type(): KeyType {
    return this.#slots.type;
  }

  get extractable(): boolean {
    return this.#slots.extractable;
  }

  get algorithm(): object {
    return (this.#algorithm ??= describe(this.#slots));
  }

  get usages(): readonly KeyUsage[] {
    return (this.#usages ??= sliceArray(this.#slots.usages));
  }

  static {
    slotsOf = (value) => (typeof value === 'object' && value !== null && #slots in value ? value.#slots : undefined);
  }
}

/** The key's algorithm as its users see it. */
function describe(slots: KeySlots): object {
  const { name, modulusLength, publicExponent, namedCurve, length } = slots;
  const hash = slots.hash === undefined ? undefined : { name: slots.hash };
  if (publicExponent !== undefined) return { name, modulusLength, publicExponent: new Bytes(sliceBuffer(publicExponent, 0)), hash };
  if (namedCurve !== undefined) return { name, namedCurve };
  if (hash !== undefined) return { name, hash, length };
  return length === undefined ? { name } : { name, length };
}

/** @param slots without a prototype, since some of them may be absent */
export function newKey(slots: KeySlots): CryptoKey {
  return new CryptoKey(internal, setPrototypeOf(slots, null) as KeySlots);
}

asInterface(CryptoKey, 'CryptoKey', 0);
