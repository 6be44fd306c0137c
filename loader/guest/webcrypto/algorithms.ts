/** Algorithms as the standard normalizes them: which there are for an operation, and what parameters each takes. */

import { copyBytes, isBufferSource } from '../buffer-source.ts';
import { DOMException } from '../dom-exception.ts';
import { create, floor, keys, split, toUpperCase, typedArrayTag } from '../primordials.ts';
import { toText } from '../webidl.ts';
import { type KeySlots, slotsOf } from './key.ts';

export type Operation =
  | 'digest'
  | 'encrypt'
  | 'decrypt'
  | 'sign'
  | 'verify'
  | 'deriveBits'
  | 'wrapKey'
  | 'unwrapKey'
  | 'generateKey'
  | 'importKey'
  | 'get key length';

/** An object without a prototype. Bytes are copies. */
export interface Algorithm {
  readonly name: string;
  readonly hash?: string;
  readonly length?: number;
  readonly iv?: ArrayBuffer;
  readonly additionalData?: ArrayBuffer;
  readonly tagLength?: number;
  readonly counter?: ArrayBuffer;
  readonly label?: ArrayBuffer;
  readonly saltLength?: number;
  readonly modulusLength?: number;
  readonly publicExponent?: ArrayBuffer;
  readonly namedCurve?: string;
  readonly public?: KeySlots;
  readonly salt?: ArrayBuffer;
  readonly info?: ArrayBuffer;
  readonly iterations?: number;
}

/** Parameters in the order in which they are read: name, kind, and `!` where it is required. */
const none = '';
const iv = 'iv bytes !';
const keyLength = 'length short !';
const hash = 'hash hash !';
const hmac = 'hash hash !,length long';
const rsa = 'modulusLength long !,publicExponent integer !,hash hash !';
const curve = 'namedCurve text !';
const agreement = 'public key !';
const counter = 'counter bytes !,length octet !';
const gcm = 'additionalData bytes,iv bytes !,tagLength octet';
const label = 'label bytes';
const pss = 'saltLength long !';
const hkdf = 'hash hash !,info bytes !,salt bytes !';
const pbkdf2 = 'hash hash !,iterations long !,salt bytes !';

type Registration = Readonly<Partial<Record<Operation, string>>>;

const aes = (params: string): Registration => ({
  encrypt: params,
  decrypt: params,
  generateKey: keyLength,
  importKey: none,
  'get key length': keyLength,
});
const signature = (params: string, generated: string, imported: string): Registration => ({
  sign: params,
  verify: params,
  generateKey: generated,
  importKey: imported,
});
const derivation = (params: string): Registration => ({ deriveBits: params, importKey: none, 'get key length': none });

const registered: Readonly<Record<string, Registration>> = {
  'SHA-1': { digest: none },
  'SHA-256': { digest: none },
  'SHA-384': { digest: none },
  'SHA-512': { digest: none },
  HMAC: { ...signature(none, hmac, hmac), 'get key length': hmac },
  'AES-GCM': aes(gcm),
  'AES-CBC': aes(iv),
  'AES-CTR': aes(counter),
  'AES-KW': { wrapKey: none, unwrapKey: none, generateKey: keyLength, importKey: none, 'get key length': keyLength },
  'RSASSA-PKCS1-v1_5': signature(none, rsa, hash),
  'RSA-PSS': signature(pss, rsa, hash),
  'RSA-OAEP': { encrypt: label, decrypt: label, generateKey: rsa, importKey: hash },
  ECDSA: signature(hash, curve, curve),
  Ed25519: signature(none, none, none),
  ECDH: { deriveBits: agreement, generateKey: curve, importKey: curve },
  X25519: { deriveBits: agreement, generateKey: none, importKey: none },
  HKDF: derivation(hkdf),
  PBKDF2: derivation(pbkdf2),
};

/** Parameter lists by operation and by name in capitals; neither has a prototype. */
const lists = create(null) as Record<string, Record<string, readonly [name: string, parameters: readonly string[]]>>;
for (const name of keys(registered)) {
  const registration = registered[name] as Registration;
  for (const operation of keys(registration) as Operation[]) {
    const text = registration[operation] as string;
    const list = (lists[operation] ??= create(null) as (typeof lists)[string]);
    list[toUpperCase(name)] = [name, text === none ? [] : split(text, ',')];
  }
}

export type AlgorithmIdentifier = object | string;

/** Web IDL's union of object and DOMString. */
export function toIdentifier(value: unknown): AlgorithmIdentifier {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' ? value : toText(value);
}

/**
 * @throws TypeError where a parameter is missing or of another type
 * @throws DOMException NotSupportedError where the operation has no such algorithm
 */
export function normalize(operation: Operation, given: AlgorithmIdentifier): Algorithm {
  let name = given;
  if (typeof given === 'object' || typeof given === 'function') {
    const member = (given as { name?: unknown }).name;
    if (member === undefined) throw new TypeError('An algorithm needs a name');
    name = toText(member);
  }
  const entry = lists[operation]?.[toUpperCase(name as string)];
  if (entry === undefined) throw new DOMException('There is no such algorithm for ' + operation, 'NotSupportedError');
  const result = create(null) as Record<string, unknown>;
  result['name'] = entry[0];
  const parameters = entry[1];
  for (let index = 0; index < parameters.length; index += 1) {
    const words = split(parameters[index] as string, ' ');
    const member = words[0] as string;
    const value = typeof given === 'string' ? undefined : (given as Record<string, unknown>)[member];
    if (value !== undefined) result[member] = convert(member, words[1] as string, value);
    else if (words.length === 3) throw new TypeError(entry[0] + ' needs the parameter ' + member);
  }
  return result as unknown as Algorithm;
}

function convert(member: string, kind: string, value: unknown): unknown {
  switch (kind) {
    case 'bytes':
      return toBytes(value, member);
    case 'integer':
      if (typedArrayTag(value) !== 'Uint8Array') throw new TypeError(member + ' must be a Uint8Array');
      return copyBytes(value as Uint8Array<ArrayBuffer>);
    case 'hash':
      return normalize('digest', toIdentifier(value)).name;
    case 'text':
      return toText(value);
    case 'key': {
      const slots = slotsOf(value);
      if (slots === undefined) throw new TypeError(member + ' must be a CryptoKey');
      return slots;
    }
    default:
      return toInteger(value, kind === 'octet' ? 0xff : kind === 'short' ? 0xffff : 0xffffffff, member);
  }
}

/** `[EnforceRange]` of an unsigned integer. */
function toInteger(value: unknown, most: number, what: string): number {
  const number = +(value as number);
  const integer = number < 0 ? -floor(-number) : floor(number);
  if (!(integer >= 0 && integer <= most)) throw new TypeError(what + ' must be a number from 0 to ' + most);
  // Not -0.
  return integer + 0;
}

/** A BufferSource, which stays as it is: its bytes are copied later. */
export function toSource(value: unknown, what: string): Parameters<typeof copyBytes>[0] {
  if (!isBufferSource(value)) throw new TypeError(what + ' must be an ArrayBuffer or a view of one');
  return value;
}

function toBytes(value: unknown, what: string): ArrayBuffer {
  return copyBytes(toSource(value, what));
}
