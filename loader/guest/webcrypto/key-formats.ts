/** Keys from raw bytes, SPKI, PKCS #8 and JSON Web Keys, and into them. */

import { Bytes, indexOf, jsonParse, jsonStringify, sliceArray, sliceBuffer } from '../primordials.ts';
import type { Algorithm } from './algorithms.ts';
import { askBytes, askText, fail } from './ask.ts';
import { algsOf, checkJwk, fromBase64url, type Jwk, keyParts, toBase64url } from './jwk.ts';
import { type CryptoKey, type KeySlots, type KeyUsage, newKey } from './key.ts';

export type KeyFormat = 'raw' | 'spki' | 'pkcs8' | 'jwk';

const agreement = 'deriveKey|deriveBits';
const cipher = 'encrypt|decrypt|wrapKey|unwrapKey';

/** What keys of an algorithm may be used for: secret or private ones, and public ones. */
export function usagesOf(name: string): readonly [own: string, publicOnes: string] {
  switch (name) {
    case 'HMAC':
      return ['sign|verify', ''];
    case 'AES-KW':
      return ['wrapKey|unwrapKey', ''];
    case 'RSA-OAEP':
      return ['decrypt|unwrapKey', 'encrypt|wrapKey'];
    case 'ECDH':
    case 'X25519':
    case 'HKDF':
    case 'PBKDF2':
      return [agreement, ''];
    default:
      return indexOf(name, 'AES') === 0 ? [cipher, ''] : ['sign', 'verify'];
  }
}

/** Whether the list, with `|` between, has this item. */
export const lists = (list: string, item: string): boolean => indexOf('|' + list + '|', '|' + item + '|') !== -1;

/** @throws DOMException SyntaxError where one of the usages is not among the allowed */
export function checkUsages(usages: readonly KeyUsage[], allowed: string): void {
  for (let index = 0; index < usages.length; index += 1) {
    if (!lists(allowed, usages[index] as string)) fail('SyntaxError', 'A key of this kind cannot be used for ' + usages[index]);
  }
}

/** A key's material, and what it says of itself. */
type Found = Pick<KeySlots, 'type' | 'material' | 'length' | 'modulusLength' | 'publicExponent'>;

/** @param data bytes, or a JSON Web Key for that format */
export function importKey(
  format: KeyFormat,
  data: ArrayBuffer | Jwk,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly KeyUsage[],
): CryptoKey {
  const { name, hash, namedCurve } = algorithm;
  const found = isSecret(name)
    ? importSecret(format, data, algorithm, extractable, usages)
    : importPair(format, data, algorithm, extractable, usages);
  if (found.type !== 'public' && usages.length === 0) fail('SyntaxError', 'A secret or private key needs a usage');
  return newKey({ ...found, name, hash, namedCurve, extractable, usages });
}

const isSecret = (name: string): boolean => name === 'HMAC' || name === 'HKDF' || name === 'PBKDF2' || indexOf(name, 'AES') === 0;

function importSecret(
  format: KeyFormat,
  data: ArrayBuffer | Jwk,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly KeyUsage[],
): Found {
  const { name } = algorithm;
  const derives = name === 'HKDF' || name === 'PBKDF2';
  if (derives && format !== 'raw') fail('NotSupportedError', 'Keys of ' + name + ' are imported raw');
  checkUsages(usages, usagesOf(name)[0]);
  if (derives) {
    if (extractable) fail('SyntaxError', 'Keys of ' + name + ' are never extractable');
    return { type: 'secret', material: data as ArrayBuffer };
  }
  if (format !== 'raw' && format !== 'jwk') fail('NotSupportedError', 'Secret keys are imported raw or as JSON Web Keys');
  const jwk = format === 'jwk' ? (data as Jwk) : undefined;
  if (jwk !== undefined && jwk.kty !== 'oct') fail('DataError', 'The kty of the JSON Web Key must be oct');
  const material = jwk === undefined ? (data as ArrayBuffer) : fromBase64url(jwk.k);
  const bits = material.byteLength * 8;
  if (name !== 'HMAC' && bits !== 128 && bits !== 192 && bits !== 256) fail('DataError', 'AES keys have 128, 192 or 256 bits');
  if (jwk !== undefined) checkJwk(jwk, 'oct', name === 'HMAC' ? 'sig' : 'enc', algsOf(algorithm, bits), extractable, usages);
  let length = bits;
  if (name === 'HMAC') {
    if (bits === 0) fail('DataError', 'The key is empty');
    if (algorithm.length !== undefined) {
      if (algorithm.length > bits || algorithm.length <= bits - 8) fail('DataError', 'The key is not of the given length');
      ({ length } = algorithm);
    }
  }
  return { type: 'secret', material, length };
}

function importPair(
  format: KeyFormat,
  data: ArrayBuffer | Jwk,
  algorithm: Algorithm,
  extractable: boolean,
  usages: readonly KeyUsage[],
): Found {
  const { name, namedCurve } = algorithm;
  const kind = indexOf(name, 'RSA') === 0 ? 'RSA' : (namedCurve ?? name);
  if (format === 'raw' && kind === 'RSA') fail('NotSupportedError', 'RSA keys have no raw form');
  const jwk = format === 'jwk' ? (data as Jwk) : undefined;
  const type = format === 'pkcs8' || jwk?.d !== undefined ? 'private' : 'public';
  checkUsages(usages, usagesOf(name)[type === 'private' ? 0 : 1]);
  if (namedCurve !== undefined && !lists('P-256|P-384|P-521', namedCurve)) fail('DataError', 'There is no such curve');
  let request = 'import ' + format + ' ' + kind;
  if (jwk !== undefined) {
    const kty = kind === 'RSA' ? 'RSA' : namedCurve === undefined ? 'OKP' : 'EC';
    const signs = usagesOf(name)[1] === 'verify';
    checkJwk(jwk, kty, signs ? 'sig' : 'enc', algsOf(algorithm), extractable, usages);
    if (jwk.oth !== undefined && kty === 'RSA') fail('NotSupportedError', 'RSA keys of more than two primes are not supported');
    if (kty !== 'RSA' && jwk.crv !== kind) fail('DataError', 'The crv of the JSON Web Key must be ' + kind);
    request += '\n' + jsonStringify(keyParts(jwk));
  }
  return { type, ...described(askBytes(request, jwk === undefined ? (data as ArrayBuffer) : undefined)) };
}

/** What the host tells of a key: the modulus' bits in two bytes, the exponent's length in one, the exponent, the material. */
export function described(answer: ArrayBuffer): Pick<KeySlots, 'material' | 'modulusLength' | 'publicExponent'> {
  const bytes = new Bytes(answer);
  const modulusLength = (bytes[0] as number) * 256 + (bytes[1] as number);
  const end = 3 + (bytes[2] as number);
  const material = sliceBuffer(answer, end);
  return modulusLength === 0 ? { material } : { material, modulusLength, publicExponent: sliceBuffer(answer, 3, end) };
}

/** Whether keys of an algorithm can be exported at all. */
export const isExportable = (name: string): boolean => name !== 'HKDF' && name !== 'PBKDF2';

/** An object for a JSON Web Key, for all else bytes. */
export function exportKey(format: KeyFormat, key: KeySlots): ArrayBuffer | object {
  const { type, name, material } = key;
  if (format === 'jwk') return exportJwk(key);
  if (type === 'secret') {
    if (format !== 'raw') fail('NotSupportedError', 'Secret keys are exported raw or as JSON Web Keys');
    return sliceBuffer(material, 0);
  }
  if (format === 'raw' && indexOf(name, 'RSA') === 0) fail('NotSupportedError', 'RSA keys have no raw form');
  if ((format === 'pkcs8') !== (type === 'private')) fail('InvalidAccessError', 'A ' + type + ' key cannot be exported as ' + format);
  return format === 'raw' ? sliceBuffer(material, -rawBytes(key.namedCurve)) : sliceBuffer(material, 0);
}

/** The length of a public key as a point, which is how SPKI ends. */
function rawBytes(curve: string | undefined): number {
  return curve === 'P-256' ? 65 : curve === 'P-384' ? 97 : curve === 'P-521' ? 133 : 32;
}

function exportJwk(key: KeySlots): object {
  const { type, material } = key;
  const jwk = (type === 'secret' ? { kty: 'oct', k: toBase64url(material) } : jsonParse(askText('export ' + type, material))) as Record<
    string,
    unknown
  >;
  const alg = algsOf(key)[0];
  if (alg !== undefined) jwk['alg'] = alg;
  jwk['key_ops'] = sliceArray(key.usages);
  jwk['ext'] = key.extractable;
  return jwk;
}
