/** crypto.subtle in a real sandbox: against Node's own, across the two, and against what hostile plugins try. */

import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, type webcrypto } from 'node:crypto';
import { defaultLimits, type Limits } from '../../../guards/limits.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { callOf, evaluatedPrelude, getHead, sandboxOf } from '../../support/sandboxes.ts';
import { outcome, runInNode } from './realm.ts';

const ample: Partial<Limits> = { cpuMs: 10_000, deadlineMs: 20_000, loopBudget: 100_000_000 };

/** Evaluates expressions in one sandbox. @returns what `realm.run` would */
async function runInGuest(expressions: readonly string[], before = '', limits = ample): Promise<unknown[]> {
  const { sandbox, notes } = await sandboxOf(
    `${before}
    const outcome = ${outcome};
    const all = [${expressions.map((expression) => `async () => (${expression})`).join(',\n')}];
    export default async () => {
      const results = [];
      for (let i = 0; i < all.length; i += 1) results[i] = JSON.parse(await outcome(all[i])).value ?? null;
      return results;
    };
    crypto.subtle;`,
    limits,
  );
  const { stopped } = sandbox.start(callOf(1, { ...defaultLimits, ...limits }), getHead, undefined);
  sandbox.close();
  assert.equal(stopped, undefined);
  const reply = notes.take().find(({ kind }) => kind === 'reply' || kind === 'fail');
  assert.equal(reply?.kind, 'reply', JSON.stringify(reply));
  return JSON.parse((reply as { body: string }).body) as unknown[];
}

/** What tests share: bytes that are the same everywhere, and keys as plain values. */
const common = `
  const bytes = (length, factor = 7) => Uint8Array.from({ length }, (_, i) => (i * factor) & 255);
  const show = (key) => ({ type: key.type, extractable: key.extractable, algorithm: key.algorithm, usages: key.usages });
  const everything = async (key) => {
    const forms = { key: show(key) };
    for (const format of ['raw', 'spki', 'pkcs8', 'jwk'])
      forms[format] = await crypto.subtle.exportKey(format, key).then((form) => form, (error) => error.name);
    return forms;
  };
  const early = (promise) => {
    let turned = false;
    const told = promise.then(() => ['done', turned], (error) => [error.name, turned]);
    Promise.resolve().then(() => { turned = true; });
    return told;
  };
`;

/** Each expression in the guest and in Node. */
function compare(title: string, expressions: readonly string[]): void {
  it(title, async () => {
    const guest = await runInGuest(expressions, common);
    for (const [index, expression] of expressions.entries()) {
      const node = await runInNode(`(async () => { ${common}; return (${expression}); })()`);
      assert.deepEqual(guest[index], node ?? null, expression);
    }
  });
}

const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  Ed25519: generateKeyPairSync('ed25519'),
  X25519: generateKeyPairSync('x25519'),
};
type Kind = keyof typeof pairs;

const list = (bytes: Uint8Array) => `new Uint8Array([${[...bytes]}])`;
const spki = (kind: Kind) => list(pairs[kind].publicKey.export({ format: 'der', type: 'spki' }));
const pkcs8 = (kind: Kind) => list(pairs[kind].privateKey.export({ format: 'der', type: 'pkcs8' }));
const publicJwk = (kind: Kind) => JSON.stringify(pairs[kind].publicKey.export({ format: 'jwk' }));
const privateJwk = (kind: Kind) => JSON.stringify(pairs[kind].privateKey.export({ format: 'jwk' }));

/** An algorithm for which keys of a kind are imported, and what its public and its private keys may do. */
const families: readonly [algorithm: string, kind: Kind, publicUsages: string, privateUsages: string][] = [
  [`{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }`, 'RSA', `['verify']`, `['sign']`],
  [`{ name: 'rsa-pss', hash: 'SHA-1' }`, 'RSA', `['verify']`, `['sign']`],
  [`{ name: 'RSA-OAEP', hash: { name: 'sha-512' } }`, 'RSA', `['wrapKey', 'encrypt']`, `['unwrapKey', 'decrypt']`],
  ...(['P-256', 'P-384', 'P-521'] as const).flatMap((curve): typeof families => [
    [`{ name: 'ECDSA', namedCurve: '${curve}' }`, curve, `['verify']`, `['sign']`],
    [`{ name: 'ECDH', namedCurve: '${curve}' }`, curve, `[]`, `['deriveBits', 'deriveKey']`],
  ]),
  [`'Ed25519'`, 'Ed25519', `['verify']`, `['sign']`],
  [`{ name: 'X25519' }`, 'X25519', `[]`, `['deriveKey']`],
];

const importing = (format: string, data: string, algorithm: string, usages: string, extractable = true) =>
  `crypto.subtle.importKey('${format}', ${data}, ${algorithm}, ${extractable}, ${usages}).then(everything)`;

describe('crypto.subtle, in the guest as in Node', () => {
  compare('digest(algorithm, data)', [
    ...['SHA-1', 'sha-256', 'Sha-384', 'SHA-512', 'MD5', ''].flatMap((hash) => [
      `crypto.subtle.digest('${hash}', bytes(0))`,
      `crypto.subtle.digest({ name: '${hash}' }, bytes(1000).subarray(3, 900))`,
      `crypto.subtle.digest('${hash}', new DataView(bytes(65).buffer))`,
    ]),
    `crypto.subtle.digest('SHA-1')`,
    `crypto.subtle.digest('SHA-1', 'text')`,
    `crypto.subtle.digest({}, bytes(1))`,
    `crypto.subtle.digest(Symbol(), bytes(1))`,
    `crypto.subtle.digest.call({}, 'SHA-1', bytes(1))`,
    `crypto.subtle.digest({ name: { toString: () => 'SHA-1' } }, bytes(1))`,
    `(() => { const data = bytes(9); const told = crypto.subtle.digest('SHA-1', data); data[0] = 1; return told; })()`,
    `(() => { const data = bytes(9); return crypto.subtle.digest({ get name() { data[0] = 1; return 'SHA-1'; } }, data); })()`,
  ]);

  compare(
    'HMAC',
    ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].flatMap((hash) => [
      ...[1, 16, 200].map(
        (length) => `(async () => {
          const key = await crypto.subtle.importKey('raw', bytes(${length}), { name: 'hmac', hash: '${hash}' }, true, ['verify', 'sign', 'verify']);
          const signature = await crypto.subtle.sign('HMAC', key, bytes(100));
          const verify = (given, data) => crypto.subtle.verify('HMAC', key, given, data);
          return [
            await everything(key), signature, await verify(signature, bytes(100)), await verify(signature, bytes(99)),
            await verify(signature.slice(1), bytes(100)), await verify(bytes(0), bytes(100)),
          ];
        })()`,
      ),
      `crypto.subtle.generateKey({ name: 'HMAC', hash: '${hash}' }, false, ['sign']).then(show)`,
      `crypto.subtle.generateKey({ name: 'HMAC', hash: '${hash}', length: 9 }, false, ['sign']).then(show)`,
      `crypto.subtle.generateKey({ name: 'HMAC', hash: '${hash}', length: 0 }, false, ['sign'])`,
    ]),
  );

  compare('secret keys as JSON Web Keys', [
    ...[
      `{ kty: 'oct', k: 'AQID' }`,
      `{ kty: 'oct', k: 'A' }`,
      `{ kty: 'oct', k: '' }`,
      `{ kty: 'oct', k: '\\0' }`,
      `{ kty: 'oct' }`,
      `{ k: 'AQID' }`,
      `{ kty: 'RSA', k: 'AQID' }`,
      `{ kty: 'oct', k: 'AQID', alg: 'HS256' }`,
      `{ kty: 'oct', k: 'AQID', alg: 'HS512' }`,
      `{ kty: 'oct', k: 'AQID', use: 'sig' }`,
      `{ kty: 'oct', k: 'AQID', use: 'enc' }`,
      `{ kty: 'oct', k: 'AQID', key_ops: ['sign', 'verify'] }`,
      `{ kty: 'oct', k: 'AQID', key_ops: ['verify'] }`,
      `{ kty: 'oct', k: 'AQID', key_ops: ['sign', 'sign'] }`,
      `{ kty: 'oct', k: 'AQID', key_ops: 'sign' }`,
      `{ kty: 'oct', k: 'AQID', ext: false }`,
      `null`,
      `'text'`,
    ].flatMap((jwk) => [
      importing('jwk', jwk, `{ name: 'HMAC', hash: 'SHA-256' }`, `['sign']`),
      importing('jwk', jwk, `{ name: 'HMAC', hash: 'SHA-256' }`, `['sign']`, false),
    ]),
    ...['AES-GCM', 'AES-CBC', 'AES-CTR'].flatMap((name) =>
      [15, 16, 24, 32].map((length) => importing('raw', `bytes(${length})`, `'${name}'`, `['encrypt', 'decrypt']`)),
    ),
    importing('jwk', `{ kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', alg: 'A128KW' }`, `'AES-KW'`, `['wrapKey']`),
    importing('jwk', `{ kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA', alg: 'A256KW' }`, `'AES-KW'`, `['wrapKey']`),
  ]);

  compare(
    'AES-GCM, AES-CBC, AES-CTR',
    [16, 24, 32].flatMap((keyLength) =>
      [0, 1, 16, 17, 100].flatMap((length) =>
        [
          `{ name: 'AES-GCM', iv: bytes(12) }`,
          `{ name: 'AES-GCM', iv: bytes(16), additionalData: bytes(5), tagLength: 32 }`,
          `{ name: 'AES-GCM', iv: bytes(12), tagLength: 112 }`,
          `{ name: 'AES-GCM', iv: bytes(12), tagLength: 5 }`,
          `{ name: 'AES-GCM', iv: bytes(12), tagLength: 300 }`,
          `{ name: 'AES-GCM', iv: bytes(0) }`,
          `{ name: 'AES-GCM' }`,
          `{ name: 'AES-CBC', iv: bytes(16) }`,
          `{ name: 'AES-CBC', iv: bytes(15) }`,
          ...[0, 1, 2, 3, 32, 64, 127, 128, 129].map((bits) => `{ name: 'AES-CTR', counter: bytes(16, 0).fill(255), length: ${bits} }`),
          `{ name: 'AES-CTR', counter: bytes(16), length: 65 }`,
          `{ name: 'AES-CTR', counter: bytes(17), length: 64 }`,
        ].map(
          (algorithm) => `(async () => {
            const algorithm = ${algorithm};
            const key = await crypto.subtle.importKey('raw', bytes(${keyLength}), algorithm.name, false, ['encrypt', 'decrypt']);
            const hidden = await crypto.subtle.encrypt(algorithm, key, bytes(${length}));
            const spoilt = new Uint8Array(hidden.slice(0));
            if (spoilt.length > 0) spoilt[spoilt.length - 1] ^= 1;
            return [hidden, await crypto.subtle.decrypt(algorithm, key, hidden), await crypto.subtle.decrypt(algorithm, key, spoilt).catch((error) => error.name)];
          })()`,
        ),
      ),
    ),
  );

  compare(
    'HKDF and PBKDF2',
    [
      `{ name: 'HKDF', hash: 'SHA-256', salt: bytes(8), info: bytes(3) }`,
      `{ name: 'HKDF', hash: 'SHA-1', salt: bytes(0), info: bytes(0) }`,
      `{ name: 'HKDF', hash: 'SHA256', salt: bytes(0), info: bytes(0) }`,
      `{ name: 'HKDF', hash: 'SHA-256', salt: bytes(0) }`,
      `{ name: 'PBKDF2', hash: 'SHA-512', salt: bytes(8), iterations: 10 }`,
      `{ name: 'PBKDF2', hash: 'SHA-1', salt: bytes(0), iterations: 1 }`,
      `{ name: 'PBKDF2', hash: 'SHA-1', salt: bytes(0), iterations: -1 }`,
      `{ name: 'PBKDF2', hash: 'SHA-1', salt: 'salt', iterations: 1 }`,
    ].flatMap((algorithm) => {
      const derive = (act: string) => `(async () => {
        const algorithm = ${algorithm};
        const key = await crypto.subtle.importKey('raw', bytes(20), algorithm.name, false, ['deriveBits', 'deriveKey']);
        return ${act};
      })()`;
      return [
        ...['0', '8', '44', '256', '8 * 32 * 255', '8 * 32 * 255 + 8', 'null', 'undefined'].map((length) =>
          derive(`await crypto.subtle.deriveBits(algorithm, key, ${length})`),
        ),
        ...[
          `{ name: 'AES-GCM', length: 256 }`,
          `{ name: 'AES-GCM', length: 100 }`,
          `{ name: 'HMAC', hash: 'SHA-1' }`,
          `{ name: 'HMAC', hash: 'SHA-512', length: 128 }`,
          `'Ed25519'`,
        ].flatMap((type) =>
          [`['encrypt']`, `['sign']`, `[]`].map((usages) =>
            derive(`await everything(await crypto.subtle.deriveKey(algorithm, key, ${type}, true, ${usages}))`),
          ),
        ),
      ];
    }),
  );

  for (const [algorithm, kind, publicUsages, privateUsages] of families) {
    compare(`import and export of ${algorithm}`, [
      importing('spki', spki(kind), algorithm, publicUsages),
      importing('spki', spki(kind), algorithm, `['deriveBits', 'sign']`),
      importing('spki', pkcs8(kind), algorithm, publicUsages),
      importing('spki', spki('secp256k1'), algorithm, publicUsages),
      importing('spki', spki(kind === 'X25519' ? 'Ed25519' : 'X25519'), algorithm, publicUsages),
      importing('spki', `${spki(kind)}.slice(0, -1)`, algorithm, publicUsages),
      importing('pkcs8', pkcs8(kind), algorithm, privateUsages, false),
      importing('pkcs8', pkcs8(kind), algorithm, '[]'),
      importing('pkcs8', 'bytes(0)', algorithm, privateUsages),
      importing('pkcs8', 'bytes(3000)', algorithm, privateUsages),
      importing('jwk', publicJwk(kind), algorithm, publicUsages),
      importing('jwk', `${privateJwk(kind)}`, algorithm, privateUsages, false),
      importing('jwk', `{ ...${publicJwk(kind)}, alg: 'none' }`, algorithm, publicUsages),
      importing('jwk', `{ ...${privateJwk(kind)}, use: 'other' }`, algorithm, privateUsages),
      importing('jwk', `{ ...${privateJwk(kind)}, key_ops: ['verify'] }`, algorithm, privateUsages),
      importing('jwk', `{ ...${publicJwk(kind)}, x: 'AA', n: undefined }`, algorithm, publicUsages),
      importing('jwk', `{ ...${privateJwk(kind)}, oth: [] }`, algorithm, privateUsages, false),
      importing('jwk', publicJwk(kind), algorithm, privateUsages),
      importing('raw', `${spki(kind)}.slice(-65)`, algorithm, publicUsages),
      importing('raw', `${spki(kind)}.slice(-32)`, algorithm, publicUsages),
      importing('other', spki(kind), algorithm, publicUsages),
    ]);
  }

  compare('what is wrong with the arguments comes at once', [
    `early(crypto.subtle.importKey('raw', bytes(16), 'AES-GCM', true, ['other']))`,
    `early(crypto.subtle.importKey('raw', {}, 'AES-GCM', true, ['encrypt']))`,
    `early(crypto.subtle.generateKey({ name: 'AES' }, true, ['encrypt']))`,
    `early(crypto.subtle.generateKey({}, true, ['encrypt']))`,
    `early(crypto.subtle.generateKey({ name: 'AES-GCM', length: 64 }, true, ['encrypt']))`,
    `early(crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-512' }, true, ['sign']))`,
    `early(crypto.subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 1024, publicExponent: bytes(1, 0) }, true, ['sign']))`,
  ]);

  compare('the shape of the interfaces', [
    ...[
      'digest',
      'sign',
      'verify',
      'encrypt',
      'decrypt',
      'generateKey',
      'deriveKey',
      'deriveBits',
      'importKey',
      'exportKey',
      'wrapKey',
      'unwrapKey',
    ].map(
      (name) =>
        `[SubtleCrypto.prototype.${name}.length, SubtleCrypto.prototype.${name}.name, Object.keys(SubtleCrypto.prototype).includes('${name}')]`,
    ),
    `Object.keys(CryptoKey.prototype).sort()`,
    `[String(crypto.subtle), crypto.subtle === crypto.subtle, crypto.subtle instanceof SubtleCrypto]`,
    `new SubtleCrypto()`,
    `new CryptoKey()`,
    `CryptoKey.prototype.type`,
    `Object.getOwnPropertyDescriptor(Crypto.prototype, 'subtle').get.call({})`,
    `crypto.subtle.importKey('raw', bytes(16), 'AES-GCM', true, ['encrypt']).then((key) => [String(key), key.algorithm === key.algorithm, key.usages === key.usages])`,
  ]);
});

/** Bytes that Node's side can read. */
type Bytes = { readonly buffer: number[] };
const bytesOf = (value: unknown) => Uint8Array.from((value as Bytes).buffer);
const data = new TextEncoder().encode('what is signed');

describe('crypto.subtle, between the guest and Node', () => {
  for (const [name, kind, importing, signing] of [
    ['RSASSA-PKCS1-v1_5', 'RSA', { hash: 'SHA-256' }, {}],
    ['RSASSA-PKCS1-v1_5', 'RSA', { hash: 'SHA-1' }, {}],
    ['RSA-PSS', 'RSA', { hash: 'SHA-384' }, { saltLength: 48 }],
    ['RSA-PSS', 'RSA', { hash: 'SHA-256' }, { saltLength: 0 }],
    ['ECDSA', 'P-256', { namedCurve: 'P-256' }, { hash: 'SHA-256' }],
    ['ECDSA', 'P-384', { namedCurve: 'P-384' }, { hash: 'SHA-1' }],
    ['ECDSA', 'P-521', { namedCurve: 'P-521' }, { hash: 'SHA-512' }],
    ['Ed25519', 'Ed25519', {}, {}],
  ] as const) {
    it(`${name} of ${JSON.stringify({ ...importing, ...signing })}: what one signs, the other verifies`, async () => {
      const signer = { name, ...signing };
      const keyed = { name, ...importing };
      const ours = await crypto.subtle.importKey('pkcs8', pairs[kind].privateKey.export({ format: 'der', type: 'pkcs8' }), keyed, false, [
        'sign',
      ]);
      const theirs = await crypto.subtle.importKey('spki', pairs[kind].publicKey.export({ format: 'der', type: 'spki' }), keyed, false, [
        'verify',
      ]);
      const signature = new Uint8Array(await crypto.subtle.sign(signer, ours, data));
      const verify = (given: string, content: string) => `crypto.subtle.verify(signer, await publicKey, ${given}, ${content})`;
      const [signed, ...verified] = await runInGuest(
        [
          `crypto.subtle.sign(signer, await privateKey, ${list(data)})`,
          verify(list(signature), list(data)),
          verify(list(signature), list(data.subarray(1))),
          verify(list(signature.subarray(1)), list(data)),
          verify(list(signature.map((byte, i) => (i === 9 ? byte ^ 1 : byte))), list(data)),
          verify('new ArrayBuffer(0)', list(data)),
          verify('new Uint8Array(5000)', list(data)),
          `crypto.subtle.sign(signer, await publicKey, new Uint8Array(1))`,
          `crypto.subtle.verify(signer, await privateKey, new Uint8Array(1), new Uint8Array(1))`,
        ],
        `const signer = ${JSON.stringify(signer)};
         const privateKey = crypto.subtle.importKey('pkcs8', ${pkcs8(kind)}, ${JSON.stringify(keyed)}, false, ['sign']);
         const publicKey = crypto.subtle.importKey('spki', ${spki(kind)}, ${JSON.stringify(keyed)}, false, ['verify']);`,
      );
      assert.equal(await crypto.subtle.verify(signer, theirs, bytesOf(signed), data), true);
      const refused = 'throws InvalidAccessError';
      assert.deepEqual(verified, [true, false, false, false, false, false, refused, refused]);
    });
  }

  it('RSA-PSS: a signature that begins with a zero is none without it', async () => {
    const name = 'RSA-PSS';
    const signer = { name, saltLength: 32 };
    const keyed = { name, hash: 'SHA-256' };
    const der = pairs.RSA.privateKey.export({ format: 'der', type: 'pkcs8' });
    const key = await crypto.subtle.importKey('pkcs8', der, keyed, false, ['sign']);
    let signature = Uint8Array.of(1);
    // One of 256 does.
    while (signature[0] !== 0) signature = new Uint8Array(await crypto.subtle.sign(signer, key, data));
    const verify = (given: Uint8Array) => `crypto.subtle.verify(signer, await publicKey, ${list(given)}, ${list(data)})`;
    const verified = await runInGuest(
      [verify(signature), verify(signature.subarray(1)), verify(Uint8Array.of(0, ...signature))],
      `const signer = ${JSON.stringify(signer)};
       const publicKey = crypto.subtle.importKey('spki', ${spki('RSA')}, ${JSON.stringify(keyed)}, false, ['verify']);`,
    );
    assert.deepEqual(verified, [true, false, false]);
  });

  it('RSA-OAEP: what one encrypts, the other decrypts', async () => {
    const keyed = { name: 'RSA-OAEP', hash: 'SHA-256' };
    const labelled = { name: 'RSA-OAEP', label: Uint8Array.of(1, 2, 3) };
    const ours = await crypto.subtle.importKey('pkcs8', pairs.RSA.privateKey.export({ format: 'der', type: 'pkcs8' }), keyed, false, [
      'decrypt',
    ]);
    const theirs = await crypto.subtle.importKey('spki', pairs.RSA.publicKey.export({ format: 'der', type: 'spki' }), keyed, false, [
      'encrypt',
    ]);
    const hidden = new Uint8Array(await crypto.subtle.encrypt(labelled, theirs, data));
    const guest = await runInGuest(
      [
        `crypto.subtle.encrypt({ name: 'RSA-OAEP', label: new Uint8Array([1, 2, 3]) }, await publicKey, ${list(data)})`,
        `crypto.subtle.decrypt({ name: 'RSA-OAEP', label: new Uint8Array([1, 2, 3]) }, await privateKey, ${list(hidden)})`,
        `crypto.subtle.decrypt('RSA-OAEP', await privateKey, ${list(hidden)})`,
        `crypto.subtle.encrypt('RSA-OAEP', await publicKey, new Uint8Array(191))`,
        `crypto.subtle.encrypt('RSA-OAEP', await privateKey, new Uint8Array(1))`,
      ],
      `const privateKey = crypto.subtle.importKey('pkcs8', ${pkcs8('RSA')}, ${JSON.stringify(keyed)}, false, ['decrypt']);
       const publicKey = crypto.subtle.importKey('spki', ${spki('RSA')}, ${JSON.stringify(keyed)}, false, ['encrypt']);`,
    );
    assert.deepEqual(new Uint8Array(await crypto.subtle.decrypt(labelled, ours, bytesOf(guest[0]))), data);
    assert.deepEqual(guest.slice(1), [
      { buffer: [...data] },
      'throws OperationError',
      'throws OperationError',
      'throws InvalidAccessError',
    ]);
  });

  for (const kind of ['P-256', 'P-384', 'P-521', 'X25519'] as const) {
    it(`keys of ${kind} agree on the same secret`, async () => {
      const keyed = kind === 'X25519' ? { name: kind } : { name: 'ECDH', namedCurve: kind };
      const other = (await crypto.subtle.generateKey(keyed, true, ['deriveBits'])) as webcrypto.CryptoKeyPair;
      const point = new Uint8Array(await crypto.subtle.exportKey('raw', other.publicKey));
      const mine = await crypto.subtle.importKey('spki', pairs[kind].publicKey.export({ format: 'der', type: 'spki' }), keyed, false, []);
      const secret = [...new Uint8Array(await crypto.subtle.deriveBits({ name: keyed.name, public: mine }, other.privateKey, null))];
      const derive = (length: string, key = 'own', base = 'privateKey') =>
        `(async () => crypto.subtle.deriveBits({ name: '${keyed.name}', public: await ${key} }, await ${base}, ${length}))()`;
      const guest = await runInGuest(
        [
          derive('null'),
          derive('undefined'),
          derive('128'),
          derive('13'),
          derive('0'),
          derive(`${secret.length * 8 + 1}`),
          derive('8', 'privateKey'),
          derive('8', 'own', 'own'),
          derive('8', '{}'),
          `crypto.subtle.deriveBits({ name: '${keyed.name}' }, await privateKey, 8)`,
          `crypto.subtle.exportKey('raw', await crypto.subtle.deriveKey({ name: '${keyed.name}', public: await own }, await privateKey, { name: 'AES-GCM', length: 256 }, true, ['encrypt']))`,
        ],
        `const privateKey = crypto.subtle.importKey('pkcs8', ${pkcs8(kind)}, ${JSON.stringify(keyed)}, false, ['deriveBits', 'deriveKey']);
         const own = crypto.subtle.importKey('raw', ${list(point)}, ${JSON.stringify(keyed)}, false, []);`,
      );
      assert.deepEqual(guest, [
        { buffer: secret },
        { buffer: secret },
        { buffer: secret.slice(0, 16) },
        { buffer: [secret[0], (secret[1] as number) & 0xf8] },
        { buffer: [] },
        'throws OperationError',
        'throws InvalidAccessError',
        'throws InvalidAccessError',
        'throws TypeError',
        'throws TypeError',
        { buffer: secret.slice(0, 32) },
      ]);
    });
  }

  it('PBKDF2 needs iterations', async () => {
    const [outcome] = await runInGuest([
      `crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt: new Uint8Array(1), iterations: 0 }, await crypto.subtle.importKey('raw', new Uint8Array(1), 'PBKDF2', false, ['deriveBits']), 8)`,
    ]);
    assert.equal(outcome, 'throws OperationError');
  });

  it('refuses points of small order, with which X25519 agrees on nothing', async () => {
    const [outcome] = await runInGuest([
      `(async () => {
        const { privateKey } = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
        const zero = await crypto.subtle.importKey('raw', new Uint8Array(32), 'X25519', false, []);
        return crypto.subtle.deriveBits({ name: 'X25519', public: zero }, privateKey, 256);
      })()`,
    ]);
    assert.equal(outcome, 'throws OperationError');
  });
});

describe('crypto.subtle, keys of its own', () => {
  for (const [algorithm, usages] of [
    [`{ name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) }`, `['sign', 'verify']`],
    [
      `{ name: 'RSA-OAEP', hash: 'SHA-1', modulusLength: 1024, publicExponent: new Uint8Array([3]) }`,
      `['unwrapKey', 'wrapKey', 'wrapKey']`,
    ],
    [`{ name: 'ECDSA', namedCurve: 'P-384' }`, `['verify', 'sign']`],
    [`{ name: 'ECDH', namedCurve: 'P-256' }`, `['deriveKey', 'deriveBits']`],
    [`'Ed25519'`, `['sign']`],
    [`{ name: 'x25519' }`, `['deriveBits']`],
  ] as const) {
    it(`generateKey(${algorithm})`, async () => {
      const making = `crypto.subtle.generateKey(${algorithm}, false, ${usages}).then(({ publicKey, privateKey }) => [show(publicKey), show(privateKey)])`;
      const exporting = `(async () => {
        const { publicKey, privateKey } = await crypto.subtle.generateKey(${algorithm}, true, ${usages});
        const forms = [];
        for (const [key, formats] of [[publicKey, ['spki', 'jwk']], [privateKey, ['pkcs8', 'jwk']]]) {
          const again = [];
          for (const format of formats) {
            const form = await crypto.subtle.exportKey(format, key);
            const twin = await crypto.subtle.importKey(format, form, key.algorithm, true, key.usages);
            again.push(JSON.stringify(await crypto.subtle.exportKey('jwk', twin)));
          }
          forms.push(again[0] === again[1] && again[0].length > 50);
        }
        return forms;
      })()`;
      const none = `crypto.subtle.generateKey(${algorithm}, true, [])`;
      const wrong = `crypto.subtle.generateKey(${algorithm}, true, ['encrypt', 'sign', 'deriveKey'])`;
      const [made, exported, ...refused] = await runInGuest([making, exporting, none, wrong], common);
      assert.deepEqual(made, await runInNode(`(async () => { ${common}; return ${making}; })()`));
      assert.deepEqual(exported, [true, true]);
      assert.deepEqual(refused, ['throws SyntaxError', 'throws SyntaxError']);
    });
  }

  for (const [algorithm, parameters] of [
    [`{ name: 'AES-KW', length: 128 }`, `'AES-KW'`],
    [`{ name: 'AES-GCM', length: 256 }`, `{ name: 'AES-GCM', iv: new Uint8Array(12) }`],
    [`{ name: 'AES-CBC', length: 192 }`, `{ name: 'AES-CBC', iv: new Uint8Array(16) }`],
    [`{ name: 'AES-CTR', length: 128 }`, `{ name: 'AES-CTR', counter: new Uint8Array(16), length: 64 }`],
    [`{ name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }`, `'RSA-OAEP'`],
  ] as const) {
    it(`wrapKey and unwrapKey with ${algorithm}`, async () => {
      const [trips, ...refused] = await runInGuest(
        [
          `(async () => {
            const { wrapping, unwrapping } = await keys();
            const trips = [];
            const inner = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, true, ['sign', 'verify']);
            for (const format of ['raw', 'jwk']) {
              const wrapped = await crypto.subtle.wrapKey(format, inner, wrapping, parameters);
              const key = await crypto.subtle.unwrapKey(format, wrapped, unwrapping, parameters, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
              const [one, other] = [await crypto.subtle.sign('HMAC', inner, wrapped), await crypto.subtle.sign('HMAC', key, wrapped)];
              trips.push(crypto.subtle.timingSafeEqual(one, other), key.extractable, key.usages.join());
            }
            return trips;
          })()`,
          `(async () => {
            const { wrapping } = await keys();
            const closed = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt']);
            return crypto.subtle.wrapKey('raw', closed, wrapping, parameters);
          })()`,
          `(async () => {
            const { unwrapping } = await keys();
            return crypto.subtle.unwrapKey('raw', new Uint8Array(24), unwrapping, parameters, { name: 'HMAC', hash: 'SHA-256' }, false, []);
          })()`,
          `(async () => {
            const { wrapping } = await keys();
            return crypto.subtle.encrypt(parameters, wrapping, new Uint8Array(16));
          })()`,
        ],
        `const parameters = ${parameters};
         const keys = async () => {
           const made = await crypto.subtle.generateKey(${algorithm}, true, ['wrapKey', 'unwrapKey']);
           return { wrapping: made.publicKey ?? made, unwrapping: made.privateKey ?? made };
         };`,
      );
      assert.deepEqual(trips, [true, false, 'sign', true, false, 'sign']);
      assert.equal(refused[0], 'throws InvalidAccessError');
      // Of a counter mode anything is a key, and it lacks usages.
      assert.equal(refused[1], algorithm.includes('CTR') ? 'throws SyntaxError' : 'throws OperationError');
      assert.equal(refused[2], algorithm.includes('KW') ? 'throws NotSupportedError' : 'throws InvalidAccessError');
    });
  }

  it('imports compressed points, and gives them back whole', async () => {
    for (const curve of ['P-256', 'P-384', 'P-521'] as const) {
      const raw = new Uint8Array(
        await crypto.subtle.exportKey('raw', pairs[curve].publicKey.toCryptoKey({ name: 'ECDH', namedCurve: curve }, true, [])),
      );
      const half = Uint8Array.of(2 + ((raw.at(-1) as number) & 1), ...raw.subarray(1, (raw.length + 1) / 2));
      const [given, spoilt] = await runInGuest(
        [half, half.map((byte, i) => (i === 0 ? 9 : byte))].map(
          (point) =>
            `crypto.subtle.importKey('raw', ${list(point)}, { name: 'ECDH', namedCurve: '${curve}' }, true, []).then((key) => crypto.subtle.exportKey('raw', key))`,
        ),
      );
      assert.deepEqual([given, spoilt], [{ buffer: [...raw] }, 'throws DataError']);
    }
  });

  it('refuses a private key whose public one is of another', async () => {
    for (const [kind, algorithm] of [
      ['P-256', { name: 'ECDSA', namedCurve: 'P-256' }],
      ['Ed25519', { name: 'Ed25519' }],
      ['RSA', { name: 'RSA-PSS', hash: 'SHA-256' }],
    ] as const) {
      const other =
        kind === 'RSA'
          ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
          : kind === 'Ed25519'
            ? generateKeyPairSync('ed25519')
            : generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const mixed = { ...pairs[kind].privateKey.export({ format: 'jwk' }), ...other.publicKey.export({ format: 'jwk' }) };
      const [outcome] = await runInGuest([
        `crypto.subtle.importKey('jwk', ${JSON.stringify(mixed)}, ${JSON.stringify(algorithm)}, true, ['sign'])`,
      ]);
      assert.equal(outcome, 'throws DataError', kind);
    }
  });

  it('refuses what comes behind a key in DER, and RSA keys out of all bounds', async () => {
    const modulus = Buffer.alloc(4_352 / 8, 0xff).toString('base64url');
    const large = createPublicKey({ key: { kty: 'RSA', n: modulus, e: 'AQAB' }, format: 'jwk' });
    const refusals = await runInGuest([
      `crypto.subtle.importKey('spki', new Uint8Array([...${spki('Ed25519')}, 0]), 'Ed25519', true, ['verify'])`,
      `crypto.subtle.importKey('pkcs8', new Uint8Array([...${pkcs8('Ed25519')}, 0]), 'Ed25519', true, ['sign'])`,
      `crypto.subtle.importKey('spki', ${list(large.export({ format: 'der', type: 'spki' }))}, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify'])`,
      `crypto.subtle.importKey('jwk', { ...${publicJwk('RSA')}, e: ${JSON.stringify(Buffer.alloc(255, 1).toString('base64url'))} }, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify'])`,
      `crypto.subtle.importKey('jwk', { ...${privateJwk('RSA')}, p: ${JSON.stringify(Buffer.alloc(5_000, 1).toString('base64url'))} }, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['sign'])`,
      `crypto.subtle.importKey('jwk', { ...${publicJwk('RSA')}, n: 'A=' }, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify'])`,
    ]);
    assert.deepEqual(
      refusals,
      refusals.map(() => 'throws DataError'),
    );
  });
});

describe('crypto.subtle, in its place', () => {
  it('settles no promise before a turn of the jobs, whatever comes of it', async () => {
    const late = await runInGuest(
      [
        `early(crypto.subtle.digest('SHA-1', bytes(1)))`,
        `early(crypto.subtle.importKey('raw', bytes(16), 'AES-GCM', true, ['encrypt']))`,
        `early(crypto.subtle.importKey('raw', bytes(16), 'AES-GCM', true, []))`,
        `early(crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, []))`,
        `early(crypto.subtle.generateKey('Ed25519', true, ['encrypt']))`,
      ],
      common,
    );
    assert.deepEqual(late, [
      ['done', true],
      ['done', true],
      ['SyntaxError', true],
      ['SyntaxError', true],
      ['SyntaxError', true],
    ]);
  });

  it('takes what it was given when it was called', async () => {
    const [digests] = await runInGuest([
      `(async () => {
        const data = new Uint8Array([1, 2, 3]);
        const before = await crypto.subtle.digest('SHA-256', data);
        const during = crypto.subtle.digest('SHA-256', data);
        data[0] = 9;
        const moved = crypto.subtle.digest('SHA-256', data);
        data.buffer.transfer();
        const gone = await crypto.subtle.digest('SHA-256', data);
        return [
          crypto.subtle.timingSafeEqual(before, await during), crypto.subtle.timingSafeEqual(before, await moved),
          crypto.subtle.timingSafeEqual(gone, await crypto.subtle.digest('SHA-256', new ArrayBuffer(0))),
        ];
      })()`,
    ]);
    assert.deepEqual(digests, [true, false, true]);
  });

  it('timingSafeEqual(a, b) compares bytes of one length', async () => {
    const same = (a: string, b: string) => `crypto.subtle.timingSafeEqual(${a}, ${b})`;
    assert.deepEqual(
      await runInGuest([
        same('new Uint8Array([1, 2])', 'new Uint8Array([1, 2]).buffer'),
        same('new Uint8Array([1, 2])', 'new Uint8Array([1, 3])'),
        same('new Uint8Array(0)', 'new ArrayBuffer(0)'),
        same('new Uint8Array(1)', 'new Uint8Array(2)'),
        same('"a"', '"a"'),
      ]),
      [true, false, true, 'throws TypeError', 'throws TypeError'],
    );
  });

  it('has a key made at the top level in every call, and in what starts from its snapshot', async () => {
    const { sandbox, notes } = await sandboxOf(`
      const key = await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      const pair = await crypto.subtle.importKey('pkcs8', ${pkcs8('Ed25519')}, 'Ed25519', false, ['sign']);
      export default async () => [
        ...new Uint8Array(await crypto.subtle.sign('HMAC', key, new Uint8Array(3))),
        ...new Uint8Array(await crypto.subtle.sign('Ed25519', pair, new Uint8Array(3))),
      ];`);
    assert.equal(sandbox.unrepeatable, undefined);
    const prelude = await evaluatedPrelude();
    const snapshot = await sandbox.snapshot();
    const restored = await Sandbox.restore(prelude, snapshot, sandbox.limits, notes);
    for (const [id, each] of [sandbox, sandbox, restored].entries())
      assert.equal(each.start(callOf(id + 1), getHead, undefined).stopped, undefined);
    const bodies = notes.take().map((told) => (told as { body: string }).body);
    assert.equal((JSON.parse(bodies[0] ?? '') as unknown[]).length, 96);
    assert.deepEqual(bodies, [bodies[0], bodies[0], bodies[0]]);
    sandbox.close();
    restored.close();
  });

  for (const algorithm of [`{ name: 'HMAC', hash: 'SHA-256' }`, `'Ed25519'`, `{ name: 'ECDSA', namedCurve: 'P-256' }`]) {
    it(`tells the host of randomness when a key is generated at the top level: ${algorithm}`, async () => {
      const { sandbox } = await sandboxOf(
        `const key = await crypto.subtle.generateKey(${algorithm}, false, ['sign']); export default () => 1;`,
      );
      assert.equal(sandbox.unrepeatable, 'randomness');
      sandbox.close();
    });
  }

  it('structuredClone(key) gives a key that is the same, and none of its own objects', async () => {
    const [told] = await runInGuest([
      `(async () => {
        const key = await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
        const { copy } = structuredClone({ copy: key });
        const [one, other] = [await crypto.subtle.sign('HMAC', key, new Uint8Array(3)), await crypto.subtle.sign('HMAC', copy, new Uint8Array(3))];
        return [
          copy instanceof CryptoKey, copy !== key, copy.algorithm !== key.algorithm, copy.extractable,
          JSON.stringify(copy.algorithm) === JSON.stringify(key.algorithm), crypto.subtle.timingSafeEqual(one, other),
        ];
      })()`,
    ]);
    assert.deepEqual(told, [true, true, true, false, true, true]);
  });

  it('refuses work that would take longer than the call may', async () => {
    const derive = (iterations: number, length = 256, salt = 8) =>
      `(async () => {
        const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);
        const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(${salt}), iterations: ${iterations} }, key, ${length});
        return bits.byteLength;
      })()`;
    const rsa = `crypto.subtle.generateKey({ name: 'RSA-PSS', hash: 'SHA-1', modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]) }, true, ['sign'])`;
    assert.deepEqual(
      await runInGuest([derive(1), derive(1_000_001), derive(600_000, 1_024), derive(4_294_967_295), derive(1, 800_000, 1_000_000)]),
      [32, ...Array.from({ length: 4 }, () => 'throws OperationError')],
    );
    assert.deepEqual(await runInGuest([derive(1), derive(900_000), rsa], '', { ...ample, cpuMs: 100 }), [
      32,
      'throws OperationError',
      'throws OperationError',
    ]);
  });

  it('works as it should after a plugin has spoilt the language', async () => {
    const [verified, seen] = await runInGuest(
      [
        `(async () => {
          const key = await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256', length: undefined }, true, ['sign', 'verify']);
          const signature = await crypto.subtle.sign('HMAC', key, new Uint8Array(3));
          const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
          const signed = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, new Uint8Array(3));
          const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
          const again = await crypto.subtle.importKey('jwk', { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, use: undefined, d: undefined, alg: undefined, oth: undefined, ext: undefined, key_ops: undefined }, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
          return [await crypto.subtle.verify('HMAC', key, signature, new Uint8Array(3)), await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, again, signed, new Uint8Array(3))];
        })()`,
        `seen`,
      ],
      `const seen = [];
       for (const name of ['push', 'slice', 'splice', 'join', 'indexOf', 'includes']) Array.prototype[name] = function () { seen.push(name); throw new Error(name); };
       seen.push = (name) => { seen[seen.length] = name; };
       for (const name of ['split', 'slice', 'indexOf', 'toUpperCase', 'concat', 'replace']) String.prototype[name] = function () { seen[seen.length] = name; throw new Error(name); };
       ArrayBuffer.prototype.slice = () => { throw new Error('slice'); };
       for (const [name, value] of [['length', 8], ['hash', 'MD5'], ['namedCurve', 'P-1'], ['publicExponent', new Uint8Array(1)], ['d', 'AA']])
         Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });`,
    );
    assert.deepEqual([verified, seen], [[true, true], []]);
  });
});
