/** JSON Web Keys: read from what a plugin gives, checked against what is asked of the key, and made. */

import { host } from '../host.ts';
import { create, indexOf, join, jsonParse, matches, push, split } from '../primordials.ts';
import { fromUtf8 } from '../utf8.ts';
import { toDictionary, toText } from '../webidl.ts';
import type { Algorithm } from './algorithms.ts';
import { fail } from './ask.ts';
import type { KeySlots, KeyUsage } from './key.ts';

/** Without a prototype. */
export interface Jwk {
  readonly kty?: string;
  readonly use?: string;
  readonly key_ops?: readonly string[];
  readonly alg?: string;
  readonly ext?: boolean;
  readonly crv?: string;
  readonly k?: string;
  readonly d?: string;
  readonly oth?: unknown;
}

/** In the order in which Web IDL reads a dictionary. */
const members = split('alg crv d dp dq e ext k key_ops kty n oth p q qi use x y', ' ');
/** What makes up the key, which is all that the host needs to see. */
const material = split('crv d dp dq e n p q qi x y', ' ');

export const keyParts = (jwk: Jwk): object => {
  const parts = create(null) as Record<string, unknown>;
  for (let index = 0; index < material.length; index += 1) {
    const member = material[index] as keyof Jwk;
    if (jwk[member] !== undefined) parts[member] = jwk[member];
  }
  return parts;
};

/** @throws TypeError as Web IDL does for the dictionary JsonWebKey */
export function toJwk(value: unknown): Jwk {
  const given = toDictionary(value as Record<string, unknown>, 'A JSON Web Key');
  const jwk = create(null) as Record<string, unknown>;
  if (given === undefined) return jwk;
  for (let index = 0; index < members.length; index += 1) {
    const member = members[index] as string;
    const item = given[member];
    if (item === undefined) continue;
    if (member === 'ext') jwk[member] = !!item;
    else if (member === 'key_ops') jwk[member] = toTexts(item);
    // Keys of more than two primes are refused, whatever they say of themselves.
    else if (member === 'oth') jwk[member] = toObjects(item);
    else jwk[member] = toText(item);
  }
  return jwk;
}

function toTexts(value: unknown): string[] {
  const texts: string[] = [];
  for (const item of toObjects(value)) push(texts, toText(item));
  return texts;
}

/** What Web IDL makes a sequence of. */
export function toObjects(value: unknown): Iterable<unknown> {
  if (
    (typeof value !== 'object' && typeof value !== 'function') ||
    value === null ||
    typeof (value as Iterable<unknown>)[Symbol.iterator] !== 'function'
  )
    throw new TypeError('A list must be an iterable object');
  return value as Iterable<unknown>;
}

/** The standard's "parse a JWK": of the bytes that a key was wrapped as. */
export function parseJwk(bytes: ArrayBuffer): Jwk {
  let value: unknown;
  try {
    value = jsonParse(fromUtf8(new Uint8Array(bytes)));
  } catch {
    fail('DataError', 'What was unwrapped is no JSON');
  }
  if (typeof value !== 'object' || value === null) fail('DataError', 'What was unwrapped is no JSON Web Key');
  const jwk = toJwk(value);
  if (jwk.kty === undefined) fail('DataError', 'A JSON Web Key needs kty');
  return jwk;
}

/** @throws DOMException DataError where the key says that it is not for this */
export function checkJwk(
  jwk: Jwk,
  kty: string,
  use: string,
  algs: readonly string[],
  extractable: boolean,
  usages: readonly KeyUsage[],
): void {
  if (jwk.kty !== kty) fail('DataError', 'The kty of the JSON Web Key must be ' + kty);
  if (jwk.alg !== undefined && algs.length > 0 && jwk.alg !== algs[0] && jwk.alg !== algs[1])
    fail('DataError', 'The alg of the JSON Web Key must be ' + algs[0]);
  if (usages.length > 0 && jwk.use !== undefined && jwk.use !== use) fail('DataError', 'The use of the JSON Web Key must be ' + use);
  if (jwk.key_ops !== undefined) checkKeyOps(jwk.key_ops, jwk.use, use, usages);
  if (jwk.ext === false && extractable) fail('DataError', 'The JSON Web Key is not extractable');
}

function checkKeyOps(ops: readonly string[], use: string | undefined, expected: string, usages: readonly KeyUsage[]): void {
  const joined = '|' + join(ops as string[], '|') + '|';
  for (let index = 0; index < ops.length; index += 1) {
    for (let other = 0; other < index; other += 1) {
      if (ops[index] === ops[other]) fail('DataError', 'The key_ops of the JSON Web Key name one use twice');
    }
  }
  if (use !== undefined && use !== expected) fail('DataError', 'The use and key_ops of the JSON Web Key do not agree');
  for (let index = 0; index < usages.length; index += 1) {
    if (indexOf(joined, '|' + usages[index] + '|') === -1) fail('DataError', 'The key_ops of the JSON Web Key lack ' + usages[index]);
  }
}

/** The algorithms by which a JSON Web Key may call this one, the one to write first; none where it is not looked at. */
export function algsOf(algorithm: Algorithm | KeySlots, keyBits = algorithm.length): readonly string[] {
  const { name, hash = '', namedCurve } = algorithm;
  const bits = hash === 'SHA-1' ? '1' : split(hash, '-')[1];
  switch (name) {
    case 'HMAC':
      return ['HS' + bits];
    case 'RSASSA-PKCS1-v1_5':
      return ['RS' + bits];
    case 'RSA-PSS':
      return ['PS' + bits];
    case 'RSA-OAEP':
      return ['RSA-OAEP' + (bits === '1' ? '' : '-' + bits)];
    case 'ECDSA':
      return [namedCurve === 'P-521' ? 'ES512' : 'ES' + split(namedCurve as string, '-')[1]];
    case 'Ed25519':
      return ['Ed25519', 'EdDSA'];
    case 'ECDH':
    case 'X25519':
      return [];
    default:
      return ['A' + keyBits + split(name, '-')[1]];
  }
}

/** The bytes of base64url. @throws DOMException DataError where it is none */
export function fromBase64url(text: string | undefined): ArrayBuffer {
  const plain = text !== undefined && matches(/^[\w-]*$/, text) ? join(split(join(split(text, '-'), '+'), '_'), '/') : undefined;
  const bytes = plain === undefined ? undefined : host.decodeBase64(plain);
  if (bytes === undefined) fail('DataError', 'A JSON Web Key has its bytes in base64url');
  return bytes;
}

export function toBase64url(bytes: ArrayBuffer): string {
  const text = host.encodeBase64(bytes, 0, bytes.byteLength);
  return split(join(split(join(split(text, '+'), '-'), '/'), '_'), '=')[0] as string;
}
