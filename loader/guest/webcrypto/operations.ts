/** What each algorithm does, once its parameters are normalized and the key is known to be fit for it. */

import { host } from '../host.ts';
import { Bytes, indexOf, min, push, setBytes, sliceBuffer } from '../primordials.ts';
import type { Algorithm } from './algorithms.ts';
import { askBytes, askWhether, fail } from './ask.ts';
import { type CryptoKey, type KeySlots, type KeyType, type KeyUsage, newKey } from './key.ts';
import { checkUsages, described, lists, usagesOf } from './key-formats.ts';

/** The host gives so many random bytes at once. */
const randomBytes = 65_536;
/** No HMAC key is of use beyond its hash's block; the standard would have half a gigabyte. */
const mostHmacBits = 8 * 1_048_576;

function demand(key: KeySlots, type: KeyType): void {
  if (key.type !== type) fail('InvalidAccessError', 'This needs a ' + type + ' key');
}

export function sign(algorithm: Algorithm, key: KeySlots, data: ArrayBuffer): ArrayBuffer {
  if (algorithm.name === 'HMAC') return askBytes('hmac ' + key.hash, key.material, data);
  demand(key, 'private');
  return askBytes('sign ' + signature(algorithm, key), key.material, data);
}

export function verify(algorithm: Algorithm, key: KeySlots, given: ArrayBuffer, data: ArrayBuffer): boolean {
  if (algorithm.name === 'HMAC') return askWhether('hmac-verify ' + key.hash, key.material, data, given);
  demand(key, 'public');
  return askWhether('verify ' + signature(algorithm, key), key.material, data, given);
}

function signature(algorithm: Algorithm, key: KeySlots): string {
  const { name } = algorithm;
  if (name === 'Ed25519') return name;
  return name + ' ' + (key.hash ?? algorithm.hash) + (name === 'RSA-PSS' ? ' ' + algorithm.saltLength : '');
}

export function encrypt(algorithm: Algorithm, key: KeySlots, data: ArrayBuffer): ArrayBuffer {
  return crypt('encrypt ', algorithm, key, data);
}

export function decrypt(algorithm: Algorithm, key: KeySlots, data: ArrayBuffer): ArrayBuffer {
  return crypt('decrypt ', algorithm, key, data);
}

function crypt(verb: string, algorithm: Algorithm, key: KeySlots, data: ArrayBuffer): ArrayBuffer {
  const { name, length, tagLength = 128 } = algorithm;
  const { material } = key;
  switch (name) {
    case 'RSA-OAEP':
      demand(key, verb === 'encrypt ' ? 'public' : 'private');
      return askBytes(verb + name + ' ' + key.hash, material, data, algorithm.label);
    case 'AES-CBC':
      if ((algorithm.iv as ArrayBuffer).byteLength !== 16) fail('OperationError', 'The iv of AES-CBC has 16 bytes');
      return askBytes(verb + name, material, data, algorithm.iv);
    case 'AES-CTR':
      if ((algorithm.counter as ArrayBuffer).byteLength !== 16) fail('OperationError', 'The counter of AES-CTR has 16 bytes');
      if (length === undefined || length < 1 || length > 128) fail('OperationError', 'The length of AES-CTR is from 1 to 128');
      return askBytes(verb + name + ' ' + length, material, data, algorithm.counter);
    case 'AES-GCM':
      if (!lists('32|64|96|104|112|120|128', '' + tagLength)) fail('OperationError', 'AES-GCM has no tag of this length');
      return askBytes(verb + name + ' ' + tagLength, material, data, algorithm.iv, algorithm.additionalData);
    default:
      if (data.byteLength % 8 !== 0) fail('OperationError', 'AES-KW takes multiples of 8 bytes');
      return askBytes(verb + name, material, data);
  }
}

/** @param length in bits; all there is where it is null */
export function deriveBits(algorithm: Algorithm, key: KeySlots, length: number | null): ArrayBuffer {
  const { name } = algorithm;
  if (name === 'ECDH' || name === 'X25519') {
    const other = algorithm.public as KeySlots;
    demand(key, 'private');
    demand(other, 'public');
    if (other.name !== name) fail('InvalidAccessError', 'The public key is not for ' + name);
    if (other.namedCurve !== key.namedCurve) fail('InvalidAccessError', 'The keys are of different curves');
    return truncate(askBytes('agree ' + (key.namedCurve ?? name), key.material, other.material), length);
  }
  if (length === null || length % 8 !== 0) fail('OperationError', name + ' derives multiples of 8 bits');
  const head = 'derive ' + name + ' ' + algorithm.hash + ' ' + length / 8;
  if (name === 'HKDF') return askBytes(head, key.material, algorithm.salt, algorithm.info);
  if (algorithm.iterations === 0) fail('OperationError', 'PBKDF2 needs iterations');
  return askBytes(head + ' ' + algorithm.iterations, key.material, algorithm.salt);
}

function truncate(secret: ArrayBuffer, length: number | null): ArrayBuffer {
  if (length === null) return secret;
  if (length > secret.byteLength * 8) fail('OperationError', 'The keys do not agree on as many bits');
  const bytes = new Bytes(new Bytes(secret, 0, (length + 7) >> 3));
  if (length % 8 !== 0) bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) & (0xff00 >> (length % 8));
  return bytes.buffer;
}

/** The bits of a key that is derived; null where the algorithm takes any. */
export function keyLength({ name, hash, length }: Algorithm): number | null {
  if (name === 'HKDF' || name === 'PBKDF2') return null;
  if (name === 'HMAC') {
    if (length === 0) throw new TypeError('The length of an HMAC key cannot be 0');
    return length ?? blockBits(hash as string);
  }
  return aesBits(length);
}

function aesBits(length: number | undefined): number {
  if (length !== 128 && length !== 192 && length !== 256) fail('OperationError', 'AES keys have 128, 192 or 256 bits');
  return length;
}

const blockBits = (hash: string): number => (hash === 'SHA-1' || hash === 'SHA-256' ? 512 : 1_024);

export interface CryptoKeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** What the host is to generate, or the bits of a secret key: told before the operation begins. @throws DOMException for what cannot be */
export function planKey({ name, hash, length, namedCurve, modulusLength, publicExponent }: Algorithm): string | number {
  if (name === 'HMAC') {
    if (length === 0 || (length !== undefined && length > mostHmacBits)) fail('OperationError', 'An HMAC key cannot be of this length');
    return length ?? blockBits(hash as string);
  }
  if (indexOf(name, 'AES') === 0) return aesBits(length);
  if (modulusLength !== undefined) {
    if (!isPublicExponent(new Bytes(publicExponent as ArrayBuffer)))
      fail('OperationError', 'The public exponent of an RSA key is odd, at least 3 and below 2^32');
    if (modulusLength < 512 || modulusLength > 4_096) fail('OperationError', 'The modulus of a new RSA key has from 512 to 4096 bits');
    return 'RSA ' + modulusLength;
  }
  if (namedCurve === undefined) return name;
  if (!lists('P-256|P-384|P-521', namedCurve)) fail('NotSupportedError', 'There is no such curve');
  return namedCurve;
}

function isPublicExponent(bytes: Uint8Array): boolean {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const length = bytes.length - start;
  const last = bytes[bytes.length - 1] as number;
  return length > 0 && length <= 4 && last % 2 === 1 && (length > 1 || last > 1);
}

/** @param plan of the same algorithm, by {@link planKey} */
export function generateKey(
  { name, hash, namedCurve, publicExponent }: Algorithm,
  plan: string | number,
  extractable: boolean,
  usages: readonly KeyUsage[],
): CryptoKey | CryptoKeyPair {
  const [own, publicOnes] = usagesOf(name);
  checkUsages(usages, own + '|' + publicOnes);
  const kept = only(usages, own);
  // The standard has the key made first, which nobody would notice.
  if (kept.length === 0) fail('SyntaxError', 'A secret or private key needs a usage');
  if (typeof plan === 'number')
    return newKey({ type: 'secret', extractable, usages, material: randomMaterial(plan), name, hash, length: plan });
  const pair = askBytes('generate ' + plan, publicExponent);
  const bytes = new Bytes(pair);
  const end = 2 + (bytes[0] as number) * 256 + (bytes[1] as number);
  const both = { name, hash, namedCurve };
  return {
    publicKey: newKey({
      ...both,
      ...described(sliceBuffer(pair, 2, end)),
      type: 'public',
      extractable: true,
      usages: only(usages, publicOnes),
    }),
    privateKey: newKey({ ...both, ...described(sliceBuffer(pair, end)), type: 'private', extractable, usages: kept }),
  };
}

function only(usages: readonly KeyUsage[], allowed: string): KeyUsage[] {
  const kept: KeyUsage[] = [];
  for (let index = 0; index < usages.length; index += 1) {
    const usage = usages[index] as KeyUsage;
    if (lists(allowed, usage)) push(kept, usage);
  }
  return kept;
}

function randomMaterial(bits: number): ArrayBuffer {
  const bytes = new Bytes((bits + 7) >> 3);
  for (let at = 0; at < bytes.length; at += randomBytes) setBytes(bytes, new Bytes(host.random(min(randomBytes, bytes.length - at))), at);
  return bytes.buffer;
}
