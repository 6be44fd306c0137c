/**
 * Asymmetric keys: parsed strictly, and given back in one form (PKCS #8 or SPKI, points uncompressed), so that the same
 * key is the same bytes whatever it was imported from.
 */

import * as crypto from 'node:crypto';

/** Larger ones take longer than a call should. */
const mostRsaBits = 4_096;
/** A larger one makes a verification as costly as a signature; nobody has one. */
const mostExponentBytes = 8;
/** The longest key that is any: 4,096 bits of RSA, private, take about 2,400. */
const mostDerBytes = 8_192;

const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number; readonly spki: string }>> = {
  'P-256': { name: 'prime256v1', bytes: 32, spki: '3059301306072a8648ce3d020106082a8648ce3d030107034200' },
  'P-384': { name: 'secp384r1', bytes: 48, spki: '3076301006072a8648ce3d020106052b81040022036200' },
  'P-521': { name: 'secp521r1', bytes: 66, spki: '30819b301006072a8648ce3d020106052b8104002303818600' },
};

/** What comes before the 32 bytes of a key, for the two curves that have only this form. */
const shortKeys: Readonly<Record<string, { readonly type: string; readonly spki: string; readonly pkcs8: string }>> = {
  Ed25519: { type: 'ed25519', spki: '302a300506032b6570032100', pkcs8: '302e020100300506032b657004220420' },
  X25519: { type: 'x25519', spki: '302a300506032b656e032100', pkcs8: '302e020100300506032b656e04220420' },
};

/** Keys parsed lately, by their bytes: parsing costs more than a verification. Nothing of it can be seen from a guest. */
const parsed = new Map<string, crypto.KeyObject>();
const mostParsed = 256;

function remember(kind: string, der: Buffer, parse: () => crypto.KeyObject): crypto.KeyObject {
  const name = kind + der.toString('latin1');
  let key = parsed.get(name);
  if (key === undefined) {
    key = parse();
    if (parsed.size >= mostParsed) parsed.delete(parsed.keys().next().value as string);
  } else {
    parsed.delete(name);
  }
  // The one used last is forgotten last.
  parsed.set(name, key);
  return key;
}

/** Of the guest's own material, which `importPair` or `generatePair` gave it. */
export const publicKey = (der: Buffer): crypto.KeyObject =>
  remember('+', der, () => crypto.createPublicKey({ key: der, format: 'der', type: 'spki' }));

export const privateKey = (der: Buffer): crypto.KeyObject =>
  remember('-', der, () => crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));

/** Public first, with its length in two bytes, then private. */
export function generatePair(kind: string, rsa?: { modulusLength: number; publicExponent: number }): Uint8Array {
  const made =
    rsa !== undefined
      ? crypto.generateKeyPairSync('rsa', rsa)
      : kind === 'Ed25519'
        ? crypto.generateKeyPairSync('ed25519')
        : kind === 'X25519'
          ? crypto.generateKeyPairSync('x25519')
          : crypto.generateKeyPairSync('ec', { namedCurve: (curves[kind] as { name: string }).name });
  const publicOne = tell(made.publicKey);
  return Buffer.concat([Buffer.from([publicOne.length >> 8, publicOne.length & 0xff]), publicOne, tell(made.privateKey)]);
}

/**
 * @param kind `RSA`, or the curve
 * @param given the JSON of a JSON Web Key for that format
 * @throws anything, where the key is malformed, or not of this kind
 */
export function importPair(format: string, kind: string, given: Buffer | string): Uint8Array {
  const key =
    typeof given === 'string'
      ? fromJwk(kind, JSON.parse(given) as JsonWebKey)
      : format === 'raw'
        ? fromRaw(kind, given)
        : fromDer(format, given);
  const type = kind === 'RSA' ? 'rsa' : (shortKeys[kind]?.type ?? 'ec');
  if (key.asymmetricKeyType !== type) throw new Error(`a key of type ${key.asymmetricKeyType}`);
  const curve = curves[kind];
  if (curve === undefined) return tell(key);
  if (key.asymmetricKeyDetails?.namedCurve !== curve.name) throw new Error(`a key on ${key.asymmetricKeyDetails?.namedCurve}`);
  // By way of a JSON Web Key, so that a compressed point, or a missing one, comes out in full.
  const jwk = key.export({ format: 'jwk' }) as JsonWebKey;
  if (key.type === 'private') checkPair(jwk, pointOf(curve, bytesOf(jwk, 'd')));
  return tell(
    key.type === 'private' ? crypto.createPrivateKey({ key: jwk, format: 'jwk' }) : crypto.createPublicKey({ key: jwk, format: 'jwk' }),
  );
}

type JsonWebKey = Readonly<Record<string, string>>;

const bytesOf = (jwk: JsonWebKey, name: string): Buffer => Buffer.from(jwk[name] ?? '', 'base64url');
const numberOf = (jwk: JsonWebKey, name: string): bigint => BigInt(`0x0${bytesOf(jwk, name).toString('hex')}`);

/** As the guest reads it: two bytes with the bits of an RSA modulus, one with the bytes of the exponent, those, and the DER. */
function tell(key: crypto.KeyObject): Buffer {
  const der = key.type === 'private' ? key.export({ format: 'der', type: 'pkcs8' }) : key.export({ format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'rsa') return Buffer.concat([Buffer.alloc(3), der]);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const exponent = checkRsa(key, bits);
  return Buffer.concat([Buffer.from([bits >> 8, bits & 0xff, exponent.length]), exponent, der]);
}

/** No number in it may be larger than the modulus makes sense of: each would cost CPU time that nothing bounds. @returns the exponent */
function checkRsa(key: crypto.KeyObject, bits: number): Buffer {
  const jwk = key.export({ format: 'jwk' }) as JsonWebKey;
  const exponent = bytesOf(jwk, 'e');
  if (bits < 256 || bits > mostRsaBits || exponent.length > mostExponentBytes) throw new Error('an RSA key out of bounds');
  if (key.type === 'private') {
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
      const { length } = bytesOf(jwk, name);
      if (length === 0 || length * 8 >= bits + 8) throw new Error(`an RSA key's ${name} out of bounds`);
    }
    if (numberOf(jwk, 'p') * numberOf(jwk, 'q') !== numberOf(jwk, 'n')) throw new Error('an RSA key whose primes are not its own');
  }
  return exponent;
}

function fromDer(format: string, der: Buffer): crypto.KeyObject {
  if (der.length > mostDerBytes || !isWhole(der)) throw new Error('no DER');
  return format === 'spki'
    ? crypto.createPublicKey({ key: der, format: 'der', type: 'spki' })
    : crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Whether one SEQUENCE takes all of it: OpenSSL would overlook what comes behind. */
function isWhole(der: Buffer): boolean {
  const first = der[1] ?? 0;
  const size = first < 0x80 ? 0 : first & 0x7f;
  if (der[0] !== 0x30 || size > 2 || der.length < 2 + size) return false;
  return der.length === 2 + size + (size === 0 ? first : der.readUIntBE(2, size));
}

function fromRaw(kind: string, raw: Buffer): crypto.KeyObject {
  const curve = curves[kind];
  const spki = curve?.spki ?? shortKeys[kind]?.spki ?? '';
  const point = curve === undefined ? raw : (crypto.ECDH.convertKey(raw, curve.name, undefined, undefined, 'uncompressed') as Buffer);
  if (point.length !== (curve === undefined ? 32 : curve.bytes * 2 + 1)) throw new Error('no point');
  return crypto.createPublicKey({ key: Buffer.concat([Buffer.from(spki, 'hex'), point]), format: 'der', type: 'spki' });
}

function fromJwk(kind: string, jwk: JsonWebKey): crypto.KeyObject {
  for (const [name, value] of Object.entries(jwk)) {
    if (name !== 'crv' && (!/^[\w-]+$/.test(value) || value.length > mostDerBytes)) throw new Error(`no base64url in ${name}`);
  }
  const isPrivate = jwk['d'] !== undefined;
  const curve = curves[kind];
  if (kind !== 'RSA') {
    const size = curve?.bytes ?? 32;
    for (const name of ['x', ...(curve === undefined ? [] : ['y']), ...(isPrivate ? ['d'] : [])])
      if (bytesOf(jwk, name).length !== size) throw new Error(`${name} is of another length`);
  }
  const key = { ...jwk, kty: kind === 'RSA' ? 'RSA' : curve === undefined ? 'OKP' : 'EC' };
  if (!isPrivate) return crypto.createPublicKey({ key, format: 'jwk' });
  if (kind === 'RSA' || curve !== undefined) return crypto.createPrivateKey({ key, format: 'jwk' });
  const made = shortPrivate(kind, bytesOf(jwk, 'd'));
  checkPair(jwk, crypto.createPublicKey(made).export({ format: 'jwk' }) as JsonWebKey);
  return made;
}

const shortPrivate = (kind: string, bytes: Buffer): crypto.KeyObject =>
  crypto.createPrivateKey({ key: Buffer.concat([Buffer.from(shortKeys[kind]?.pkcs8 ?? '', 'hex'), bytes]), format: 'der', type: 'pkcs8' });

/** OpenSSL takes the public key that comes with a private one on trust. */
function checkPair(jwk: JsonWebKey, own: JsonWebKey): void {
  for (const name of ['x', 'y'])
    if (!bytesOf(jwk, name).equals(bytesOf(own, name))) throw new Error('two keys that do not belong together');
}

function pointOf(curve: { readonly name: string; readonly bytes: number }, secret: Buffer): JsonWebKey {
  const pair = crypto.createECDH(curve.name);
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const end = 1 + curve.bytes;
  return { x: point.subarray(1, end).toString('base64url'), y: point.subarray(end).toString('base64url') };
}

export const exportJwk = (key: crypto.KeyObject): string => JSON.stringify(key.export({ format: 'jwk' }));
