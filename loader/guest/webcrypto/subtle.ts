/** SubtleCrypto: checks what it is given as the standard says, in its order; the work is done elsewhere. */

import { copyBytes, isBufferSource } from '../buffer-source.ts';
import { indexOf, join, jsonStringify, push } from '../primordials.ts';
import { utf8 } from '../utf8.ts';
import { asInterface, illegalConstructor, internal, requireArguments, toText } from '../webidl.ts';
import { type Algorithm, normalize, toIdentifier, toSource } from './algorithms.ts';
import { askBytes, askWhether, fail } from './ask.ts';
import { type Jwk, parseJwk, toJwk, toObjects } from './jwk.ts';
import { CryptoKey, type KeySlots, type KeyUsage, slotsOf, usageNames } from './key.ts';
import { exportKey, importKey, isExportable, type KeyFormat, lists } from './key-formats.ts';
import { type CryptoKeyPair, decrypt, deriveBits, encrypt, generateKey, keyLength, planKey, sign, verify } from './operations.ts';

export { CryptoKey };

type Given = ArrayLike<unknown>;

const allUsages = join(usageNames as unknown as string[], '|');

let isSubtle: (value: unknown) => boolean;

/**
 * Each method hands on what it was called with to an async function: so whatever fails rejects a promise, as Web IDL
 * has it. What is wrong with the arguments is told at once; the operation itself comes a turn of the jobs later.
 */
export class SubtleCrypto {
  #brand = true;

  constructor(key?: symbol) {
    if (key !== internal) illegalConstructor();
  }

  digest(): Promise<ArrayBuffer> {
    return digest(this, arguments);
  }

  sign(): Promise<ArrayBuffer> {
    return crypt(this, arguments, 'sign', sign);
  }

  verify(): Promise<boolean> {
    return verifyWith(this, arguments);
  }

  encrypt(): Promise<ArrayBuffer> {
    return crypt(this, arguments, 'encrypt', encrypt);
  }

  decrypt(): Promise<ArrayBuffer> {
    return crypt(this, arguments, 'decrypt', decrypt);
  }

  generateKey(): Promise<CryptoKey | CryptoKeyPair> {
    return generate(this, arguments);
  }

  deriveKey(): Promise<CryptoKey> {
    return deriveKeyWith(this, arguments);
  }

  deriveBits(): Promise<ArrayBuffer> {
    return deriveBitsWith(this, arguments);
  }

  importKey(): Promise<CryptoKey> {
    return importWith(this, arguments);
  }

  exportKey(): Promise<ArrayBuffer | object> {
    return exportWith(this, arguments);
  }

  wrapKey(): Promise<ArrayBuffer> {
    return wrap(this, arguments);
  }

  unwrapKey(): Promise<CryptoKey> {
    return unwrap(this, arguments);
  }

  /** Not of the standard; Workers have it. */
  timingSafeEqual(a: unknown, b: unknown): boolean {
    this.#brand;
    requireArguments(arguments.length, 2, 'timingSafeEqual');
    const one = copyBytes(toSource(a, 'What is compared'));
    const other = copyBytes(toSource(b, 'What is compared'));
    if (one.byteLength !== other.byteLength) throw new TypeError('What is compared must be of the same length');
    return one.byteLength === 0 || askWhether('equal', one, other);
  }

  static {
    isSubtle = (value) => typeof value === 'object' && value !== null && #brand in value;
  }
}

async function digest(self: unknown, given: Given): Promise<ArrayBuffer> {
  begin(self, given, 2, 'digest');
  const named = toIdentifier(given[0]);
  const source = toSource(given[1], 'What is digested');
  const { name } = normalize('digest', named);
  const data = copyBytes(source);
  await undefined;
  return askBytes('digest ' + name, data);
}

async function crypt(
  self: unknown,
  given: Given,
  operation: 'sign' | 'encrypt' | 'decrypt',
  act: (algorithm: Algorithm, key: KeySlots, data: ArrayBuffer) => ArrayBuffer,
): Promise<ArrayBuffer> {
  begin(self, given, 3, operation);
  const named = toIdentifier(given[0]);
  const key = toKey(given[1]);
  const source = toSource(given[2], 'The data');
  const algorithm = normalize(operation, named);
  const data = copyBytes(source);
  await undefined;
  demand(algorithm, key, operation);
  return act(algorithm, key, data);
}

async function verifyWith(self: unknown, given: Given): Promise<boolean> {
  begin(self, given, 4, 'verify');
  const named = toIdentifier(given[0]);
  const key = toKey(given[1]);
  const signature = toSource(given[2], 'The signature');
  const source = toSource(given[3], 'The data');
  const algorithm = normalize('verify', named);
  const signatureBytes = copyBytes(signature);
  const data = copyBytes(source);
  await undefined;
  demand(algorithm, key, 'verify');
  return verify(algorithm, key, signatureBytes, data);
}

async function generate(self: unknown, given: Given): Promise<CryptoKey | CryptoKeyPair> {
  begin(self, given, 3, 'generateKey');
  const named = toIdentifier(given[0]);
  const usages = toUsages(given[2]);
  const algorithm = normalize('generateKey', named);
  const plan = planKey(algorithm);
  await undefined;
  return generateKey(algorithm, plan, !!given[1], usages);
}

async function deriveBitsWith(self: unknown, given: Given): Promise<ArrayBuffer> {
  begin(self, given, 2, 'deriveBits');
  const named = toIdentifier(given[0]);
  const key = toKey(given[1]);
  const length = given[2] === undefined || given[2] === null ? null : (given[2] as number) >>> 0;
  const algorithm = normalize('deriveBits', named);
  await undefined;
  demand(algorithm, key, 'deriveBits');
  return deriveBits(algorithm, key, length);
}

async function deriveKeyWith(self: unknown, given: Given): Promise<CryptoKey> {
  begin(self, given, 5, 'deriveKey');
  const named = toIdentifier(given[0]);
  const key = toKey(given[1]);
  const derived = toIdentifier(given[2]);
  const usages = toUsages(given[4]);
  const algorithm = normalize('deriveBits', named);
  const imported = normalize('importKey', derived);
  const measured = normalize('get key length', derived);
  await undefined;
  demand(algorithm, key, 'deriveKey');
  const bits = deriveBits(algorithm, key, keyLength(measured));
  return importKey('raw', bits, imported, !!given[3], usages);
}

async function importWith(self: unknown, given: Given): Promise<CryptoKey> {
  begin(self, given, 5, 'importKey');
  const format = toFormat(given[0]);
  const bytes = isBufferSource(given[1]) ? given[1] : undefined;
  if (bytes === undefined && typeof given[1] !== 'object' && given[1] !== undefined && typeof given[1] !== 'function')
    throw new TypeError('A key is imported from bytes or from a JSON Web Key');
  const jwk = bytes === undefined ? toJwk(given[1]) : undefined;
  const named = toIdentifier(given[2]);
  const usages = toUsages(given[4]);
  const algorithm = normalize('importKey', named);
  if ((format === 'jwk') !== (jwk !== undefined))
    throw new TypeError(format === 'jwk' ? 'A JSON Web Key is an object' : 'The format ' + format + ' is bytes');
  const data = bytes === undefined ? (jwk as Jwk) : copyBytes(bytes);
  await undefined;
  return importKey(format, data, algorithm, !!given[3], usages);
}

async function exportWith(self: unknown, given: Given): Promise<ArrayBuffer | object> {
  begin(self, given, 2, 'exportKey');
  const format = toFormat(given[0]);
  const key = toKey(given[1]);
  await undefined;
  demandExportable(key);
  return exportKey(format, key);
}

async function wrap(self: unknown, given: Given): Promise<ArrayBuffer> {
  begin(self, given, 4, 'wrapKey');
  const format = toFormat(given[0]);
  const key = toKey(given[1]);
  const wrapping = toKey(given[2]);
  const algorithm = normalizeWrap('wrapKey', 'encrypt', toIdentifier(given[3]));
  await undefined;
  demand(algorithm, wrapping, 'wrapKey');
  demandExportable(key);
  const exported = exportKey(format, key);
  if (format !== 'jwk') return encrypt(algorithm, wrapping, exported as ArrayBuffer);
  let text = jsonStringify(exported);
  // AES-KW takes multiples of 8 bytes, and JSON may have spaces; it has no character beyond ASCII here.
  while (algorithm.name === 'AES-KW' && text.length % 8 !== 0) text += ' ';
  return encrypt(algorithm, wrapping, utf8(text));
}

async function unwrap(self: unknown, given: Given): Promise<CryptoKey> {
  begin(self, given, 7, 'unwrapKey');
  const format = toFormat(given[0]);
  const source = toSource(given[1], 'The wrapped key');
  const unwrapping = toKey(given[2]);
  const named = toIdentifier(given[3]);
  const imported = toIdentifier(given[4]);
  const usages = toUsages(given[6]);
  const algorithm = normalizeWrap('unwrapKey', 'decrypt', named);
  const keyAlgorithm = normalize('importKey', imported);
  const wrapped = copyBytes(source);
  await undefined;
  demand(algorithm, unwrapping, 'unwrapKey');
  const bytes = decrypt(algorithm, unwrapping, wrapped);
  return importKey(format, format === 'jwk' ? parseJwk(bytes) : bytes, keyAlgorithm, !!given[5], usages);
}

/** Wrapping may be an algorithm's own, or else is encryption. */
function normalizeWrap(own: 'wrapKey' | 'unwrapKey', other: 'encrypt' | 'decrypt', named: object | string): Algorithm {
  try {
    return normalize(own, named);
  } catch {
    return normalize(other, named);
  }
}

function begin(self: unknown, given: Given, needed: number, method: string): void {
  if (!isSubtle(self)) throw new TypeError(method + ' is a method of SubtleCrypto');
  requireArguments(given.length, needed, 'SubtleCrypto.' + method);
}

function toKey(value: unknown): KeySlots {
  const slots = slotsOf(value);
  if (slots === undefined) throw new TypeError('A key must be a CryptoKey');
  return slots;
}

function toFormat(value: unknown): KeyFormat {
  const format = toText(value);
  if (indexOf(format, '|') !== -1 || !lists('raw|spki|pkcs8|jwk', format)) throw new TypeError('There is no such format of keys');
  return format as KeyFormat;
}

/** In the standard's order, each once. */
function toUsages(value: unknown): KeyUsage[] {
  let named = '|';
  for (const item of toObjects(value)) {
    const usage = toText(item);
    if (indexOf(usage, '|') !== -1 || !lists(allUsages, usage)) throw new TypeError('There is no such usage of keys');
    named += usage + '|';
  }
  const usages: KeyUsage[] = [];
  for (let index = 0; index < usageNames.length; index += 1) {
    const usage = usageNames[index] as KeyUsage;
    if (lists(named, usage)) push(usages, usage);
  }
  return usages;
}

function demand(algorithm: Algorithm, key: KeySlots, usage: KeyUsage): void {
  if (key.name !== algorithm.name) fail('InvalidAccessError', 'The key is for ' + key.name + ', not for ' + algorithm.name);
  for (let index = 0; index < key.usages.length; index += 1) if (key.usages[index] === usage) return;
  fail('InvalidAccessError', 'The key is not for ' + usage);
}

function demandExportable(key: KeySlots): void {
  if (!isExportable(key.name)) fail('NotSupportedError', 'Keys of ' + key.name + ' cannot be exported');
  if (!key.extractable) fail('InvalidAccessError', 'The key is not extractable');
}

export const subtle = new SubtleCrypto(internal);

asInterface(SubtleCrypto, 'SubtleCrypto', 0, {
  digest: 2,
  sign: 3,
  verify: 4,
  encrypt: 3,
  decrypt: 3,
  generateKey: 3,
  deriveKey: 5,
  deriveBits: 2,
  importKey: 5,
  exportKey: 2,
  wrapKey: 4,
  unwrapKey: 7,
});
