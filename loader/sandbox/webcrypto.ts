/**
 * The cryptography of the guest, done with the host's own. Stateless: every request brings its keys, so that they live
 * in the guest's memory and its snapshot; what a key's bytes were parsed into is remembered for a while.
 *
 * Requests are the guest prelude's own, so their words are known; keys, signatures and texts are the plugin's. Nothing
 * that OpenSSL says reaches the guest.
 */

import * as crypto from 'node:crypto';
import { exportJwk, generatePair, importPair, privateKey, publicKey } from './webcrypto-keys.ts';

/** What goes back: bytes; 1 or 0; text; or `!<name of the DOMException> <message>`. */
export type Answer = Uint8Array | number | string;

/** The bytes of a request, by position. */
export type Given = (index: number) => Buffer | undefined;

/** Whether the same request may be answered otherwise the next time: OpenSSL draws randomness for it. */
export function drawsRandomness(request: string): boolean {
  return /^(?:generate |sign (?:ECDSA|RSA-PSS) |encrypt RSA-OAEP )/.test(request);
}

class Refusal extends Error {
  override readonly name: string;

  constructor(name: 'OperationError' | 'DataError', message: string) {
    super(message);
    this.name = name;
  }
}

type Act = (words: readonly string[], given: (index: number) => Buffer, rest: string, leftMs: number) => Answer;

const none = Buffer.alloc(0);

/**
 * @param request the operation and its words, and, behind a line feed, a JSON Web Key
 * @param leftMs what the call has left: what would take longer is refused, since nothing could stop it but the process' end
 */
export function answerSubtle(request: string, given: Given, leftMs: number): Answer {
  const line = request.indexOf('\n');
  const [verb = '', ...words] = (line === -1 ? request : request.slice(0, line)).split(' ');
  const act = acts[verb];
  // Fail closed: such a request cannot come from our own prelude.
  if (act === undefined) throw new Error(`the guest asked for ${verb}, which does not exist`);
  try {
    return act(words, (index) => given(index) ?? none, line === -1 ? '' : request.slice(line + 1), leftMs);
  } catch (error) {
    if (error instanceof Refusal) return `!${error.name} ${error.message}`;
    return verb === 'import' ? '!DataError The key is malformed, or not of this kind' : '!OperationError The operation failed';
  }
}

const hashes: Readonly<Record<string, string>> = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };
const hashOf = (word: string | undefined): string => hashes[word ?? ''] as string;

const acts: Readonly<Record<string, Act>> = {
  digest: ([hash], given) => crypto.hash(hashOf(hash), given(0), 'buffer'),
  hmac: ([hash], given) => crypto.createHmac(hashOf(hash), given(0)).update(given(1)).digest(),
  'hmac-verify'([hash], given) {
    const right = crypto.createHmac(hashOf(hash), given(0)).update(given(1)).digest();
    return isEqual(right, given(2)) ? 1 : 0;
  },
  equal: (_words, given) => (isEqual(given(0), given(1)) ? 1 : 0),
  sign: (words, given) => crypto.sign(signingHash(words), given(1), { key: privateKey(given(0)), ...signingOptions(words) }),
  verify(words, given) {
    const key = { key: publicKey(given(0)), ...signingOptions(words) };
    const bits = key.key.asymmetricKeyDetails?.modulusLength;
    // As the standard has it (RFC 8017, 8.1.2): OpenSSL takes a PSS signature without the zero bytes that it begins with, too.
    if (bits !== undefined && given(2).byteLength !== Math.ceil(bits / 8)) return 0;
    try {
      return crypto.verify(signingHash(words), given(1), key, given(2)) ? 1 : 0;
    } catch {
      return 0;
    }
  },
  encrypt: ([name, parameter], given) =>
    name === 'RSA-OAEP'
      ? crypto.publicEncrypt(oaep(publicKey(given(0)), parameter, given), given(1))
      : cipher(true, name, Number(parameter), given),
  decrypt: ([name, parameter], given) =>
    name === 'RSA-OAEP'
      ? crypto.privateDecrypt(oaep(privateKey(given(0)), parameter, given), given(1))
      : cipher(false, name, Number(parameter), given),
  agree: (_words, given) => crypto.diffieHellman({ privateKey: privateKey(given(0)), publicKey: publicKey(given(1)) }),
  derive([name, hash, length, iterations], given, _rest, leftMs) {
    const bytes = Number(length);
    if (name === 'HKDF') return bytes === 0 ? none : new Uint8Array(crypto.hkdfSync(hashOf(hash), given(0), given(1), given(2), bytes));
    return pbkdf2(hashOf(hash), given(0), given(1), Number(iterations), bytes, leftMs);
  },
  generate([kind = '', bits], given, _rest, leftMs) {
    return generatePair(kind, kind === 'RSA' ? rsaSize(Number(bits), given(0), leftMs) : undefined);
  },
  import: ([format = '', kind = ''], given, rest) => importPair(format, kind, format === 'jwk' ? rest : given(0)),
  export: ([type], given) => exportJwk(type === 'private' ? privateKey(given(0)) : publicKey(given(0))),
};

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && crypto.timingSafeEqual(a, b);

const signingHash = ([name, hash]: readonly string[]): string | null => (name === 'Ed25519' ? null : hashOf(hash));

function signingOptions([name, , saltLength]: readonly string[]): Omit<crypto.SignKeyObjectInput, 'key'> {
  if (name === 'ECDSA') return { dsaEncoding: 'ieee-p1363' };
  if (name === 'RSA-PSS') return { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(saltLength) };
  return name === 'Ed25519' ? {} : { padding: crypto.constants.RSA_PKCS1_PADDING };
}

const oaep = (key: crypto.KeyObject, hash: string | undefined, given: (index: number) => Buffer) => ({
  key,
  padding: crypto.constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: hashOf(hash),
  oaepLabel: given(2),
});

function cipher(encrypts: boolean, name: string | undefined, parameter: number, given: (index: number) => Buffer): Uint8Array {
  const [key, data, iv] = [given(0), given(1), given(2)];
  const bits = key.length * 8;
  const run = (algorithm: string, vector: Buffer, content: Buffer) => {
    const made = encrypts ? crypto.createCipheriv(algorithm, key, vector) : crypto.createDecipheriv(algorithm, key, vector);
    return Buffer.concat([made.update(content), made.final()]);
  };
  switch (name) {
    case 'AES-CBC':
      return run(`aes-${bits}-cbc`, iv, data);
    case 'AES-KW':
      return run(`id-aes${bits}-wrap`, keyWrapVector, data);
    case 'AES-CTR':
      return ctr(`aes-${bits}-ctr`, run, data, iv, parameter);
    default:
      return gcm(encrypts, `aes-${bits}-gcm` as crypto.CipherGCMTypes, key, data, iv, given(3), parameter / 8);
  }
}

/** RFC 3394's initial value. */
const keyWrapVector = Buffer.alloc(8, 0xa6);

function gcm(
  encrypts: boolean,
  name: crypto.CipherGCMTypes,
  key: Buffer,
  data: Buffer,
  iv: Buffer,
  aad: Buffer,
  tagLength: number,
): Buffer {
  const options = { authTagLength: tagLength };
  if (encrypts) {
    const made = crypto.createCipheriv(name, key, iv, options);
    made.setAAD(aad);
    return Buffer.concat([made.update(data), made.final(), made.getAuthTag()]);
  }
  const end = data.length - tagLength;
  if (end < 0) throw new Refusal('OperationError', 'What is decrypted is shorter than its tag');
  const made = crypto.createDecipheriv(name, key, iv, options);
  made.setAAD(aad);
  made.setAuthTag(data.subarray(end));
  return Buffer.concat([made.update(data.subarray(0, end)), made.final()]);
}

/** Only the last bits of the counter block count: when they are through, they begin again at zero, and the rest stays. */
function ctr(name: string, run: (name: string, iv: Buffer, data: Buffer) => Buffer, data: Buffer, counter: Buffer, bits: number): Buffer {
  const blocks = BigInt(Math.ceil(data.length / 16));
  const all = BigInt(`0x${counter.toString('hex')}`);
  const period = 1n << BigInt(bits);
  const at = all % period;
  if (blocks > period) throw new Refusal('OperationError', 'The data is longer than the counter can count');
  if (blocks <= period - at) return run(name, counter, data);
  const split = Number(period - at) * 16;
  const again = Buffer.from((all - at).toString(16).padStart(32, '0'), 'hex');
  return Buffer.concat([run(name, counter, data.subarray(0, split)), run(name, again, data.subarray(split))]);
}

const hashBytes: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };
const mostIterations = 1_000_000;
/** So many take a millisecond or so, and tell how long one takes. */
const sampled = 2_000;
/** Milliseconds for one iteration and block, by hash, as last measured here. */
const iterationMs = new Map<string, number>();

function measure(hash: string): number {
  const began = performance.now();
  crypto.pbkdf2Sync('', '', sampled, 1, hash);
  const each = (performance.now() - began) / sampled;
  iterationMs.set(hash, each);
  return each;
}

function pbkdf2(hash: string, password: Buffer, salt: Buffer, iterations: number, length: number, leftMs: number): Uint8Array {
  if (length === 0) return none;
  // Each block of what is derived begins with the whole salt, which goes through the hash 64 bytes at a time.
  const work = (iterations + Math.floor(salt.length / 64)) * Math.ceil(length / (hashBytes[hash] as number));
  if (work > mostIterations) throw new Refusal('OperationError', `PBKDF2 may go through ${mostIterations} iterations in all, not ${work}`);
  if (work > sampled) {
    // A busy machine may have made it look slow: nothing is refused for that alone.
    const known = iterationMs.get(hash) ?? measure(hash);
    demandTime('PBKDF2 with so many iterations', work * (work * known > leftMs ? Math.min(known, measure(hash)) : known), leftMs);
  }
  return crypto.pbkdf2Sync(password, salt, iterations, length, hash);
}

function demandTime(what: string, neededMs: number, leftMs: number): void {
  if (neededMs > leftMs)
    throw new Refusal(
      'OperationError',
      `${what} takes about ${Math.ceil(neededMs)} ms of CPU time, and the call has ${Math.max(0, Math.floor(leftMs))} left`,
    );
}

/** The search for two primes takes very different times; twice the middle is not rare. */
const rsa2048Ms = 60;

function rsaSize(bits: number, exponent: Buffer, leftMs: number): { modulusLength: number; publicExponent: number } {
  demandTime('An RSA key of this size', rsa2048Ms * (bits / 2_048) ** 4, leftMs);
  return { modulusLength: bits, publicExponent: Number(`0x${exponent.toString('hex')}`) };
}
