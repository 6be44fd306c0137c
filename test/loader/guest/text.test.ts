/** TextEncoder, TextDecoder, atob and btoa, measured against Node's. */

import { compareWithNode } from './differential.ts';

const labels = [
  'utf8',
  ' UTF-8\n',
  'unicode-1-1-utf-8',
  'latin1',
  'ascii',
  'iso-8859-1',
  'windows-1252',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'ucs-2',
  'iso-8859-2',
  'iso-8859-8-i',
  'koi8-r',
  'windows-1251',
  'shift_jis',
  'sjis',
  'gbk',
  'gb2312',
  'gb18030',
  'big5',
  'euc-jp',
  'euc-kr',
  'iso-2022-jp',
  'macintosh',
  '',
  'nope',
  'utf-7',
  'hz-gb-2312',
  'replacement',
];
const decode = (bytes: string, options = ''): string => `new TextDecoder('utf-8'${options}).decode(new Uint8Array([${bytes}]))`;

compareWithNode('TextEncoder', [
  ...[
    `''`,
    `'abc'`,
    `'äö€'`,
    `'\\ud83d\\ude00'`,
    `'\\ud83d'`,
    `'\\ude00x'`,
    `'a\\0b\\0'`,
    `'\\0'`,
    `undefined`,
    `null`,
    `1`,
    `Symbol()`,
  ].map((text) => `new TextEncoder().encode(${text})`),
  `new TextEncoder().encode()`,
  `new TextEncoder().encoding`,
  ...[
    [`'abc'`, 2],
    [`'abc'`, 5],
    [`'äö'`, 3],
    [`'€€'`, 5],
    [`'\\ud83d\\ude00a'`, 3],
    [`'\\ud83d\\ude00a'`, 4],
    [`'\\ud83d\\ude00a'`, 5],
    [`'a\\0b'`, 9],
    [`'a\\0b'`, 2],
    [`'\\ud83d'`, 3],
    [`''`, 3],
    [`'abc'`, 0],
  ].map(([text, room]) => `(() => { const to = new Uint8Array(${room}); return [new TextEncoder().encodeInto(${text}, to), to]; })()`),
  `new TextEncoder().encodeInto('a')`,
  `new TextEncoder().encodeInto('a', new Uint16Array(1))`,
  `new TextEncoder().encodeInto('a', {})`,
  `TextEncoder.prototype.encode.call({}, 'a')`,
  `Object.prototype.toString.call(new TextEncoder())`,
]);

compareWithNode(
  'TextDecoder',
  [
    ...labels.map((label) => `new TextDecoder(${JSON.stringify(label)}).encoding`),
    ...labels
      .map(
        (label) =>
          `(() => { try { return new TextDecoder(${JSON.stringify(label)}).decode(new Uint8Array([0x61, 0, 0xe4, 0xf6, 0x80, 0x41, 0, 0x62])); } catch (error) { return error.name; } })()`,
      )
      .filter((code) => !/"(utf-7|nope|euc-jp|big5|gb|shift|sjis|euc-kr|iso-2022)/.test(code)),
    ...[
      '0x61',
      '0xe2,0x82,0xac',
      '0xff',
      '0xe2,0x82',
      '0xe2,0x82,0x61',
      '0xc0,0x80',
      '0xed,0xa0,0x80',
      '0xf0,0x9f,0x98,0x80',
      '0xf4,0x90,0x80,0x80',
      '0',
      '0,0',
      '0x61,0,0x62',
      '0xef,0xbb,0xbf,0x61',
      '0xef,0xbb,0xbf,0xef,0xbb,0xbf',
      '0x61,0xef,0xbb,0xbf',
      '0,0xef,0xbb,0xbf',
      '0xef,0xbb,0xbf,0,0xef,0xbb,0xbf',
      '0xef,0xbb',
      '',
    ].flatMap((bytes) => [decode(bytes), decode(bytes, ', { fatal: true }'), decode(bytes, ', { ignoreBOM: true }')]),
    `new TextDecoder().decode()`,
    `new TextDecoder().decode(undefined)`,
    `new TextDecoder().decode(null)`,
    `new TextDecoder().decode('a')`,
    `new TextDecoder().decode(new Uint8Array([97, 98, 99, 100]).subarray(1, 3))`,
    `new TextDecoder().decode(new DataView(new Uint8Array([97, 98]).buffer, 1))`,
    `new TextDecoder().decode(new Uint16Array([0x6261]))`,
    `new TextDecoder('utf-8', { fatal: 1, ignoreBOM: 0 }).fatal`,
    `new TextDecoder(undefined).encoding`,
    `new TextDecoder('utf-8', null).fatal`,
    `new TextDecoder('utf-8', 1)`,
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2]), { stream: true }), d.decode(new Uint8Array([0x82]), { stream: true }), d.decode(new Uint8Array([0xac, 0x61]), { stream: true }), d.decode()]; })()`,
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0x61, 0xe2, 0x82]), { stream: true }), d.decode()]; })()`,
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xef, 0xbb]), { stream: true }), d.decode(new Uint8Array([0xbf, 0x61]), { stream: true }), d.decode(new Uint8Array([0xef, 0xbb, 0xbf]))]; })()`,
    `(() => { const d = new TextDecoder('utf-8', { fatal: true }); return [d.decode(new Uint8Array([0xf0, 0x9f]), { stream: true }), d.decode(new Uint8Array([0x98, 0x80]))]; })()`,
    `(() => { const d = new TextDecoder('utf-8', { fatal: true }); d.decode(new Uint8Array([0xf0]), { stream: true }); d.decode(); })()`,
    `(() => { const d = new TextDecoder(); return [d.decode(new Uint8Array([0xf0, 0x28]), { stream: true }), d.decode(new Uint8Array([0xed, 0xa0]), { stream: true }), d.decode()]; })()`,
    `(() => { const d = new TextDecoder('utf-16le'); return [d.decode(new Uint8Array([0x61]), { stream: true }), d.decode(new Uint8Array([0, 0x3d, 0xd8]), { stream: true }), d.decode(new Uint8Array([0, 0xde]), { stream: true }), d.decode()]; })()`,
    `new TextDecoder('utf-16le').decode(new Uint8Array([0xff, 0xfe, 0x61, 0]))`,
    `new TextDecoder('utf-16le').decode(new Uint8Array([0x61, 0, 0x62]))`,
    `new TextDecoder('utf-16le').decode(new Uint8Array([0x3d, 0xd8]))`,
    `new TextDecoder('utf-16le', { fatal: true }).decode(new Uint8Array([0x3d, 0xd8]))`,
    `new TextDecoder('utf-16be').decode(new Uint8Array([0, 0x61, 0xd8, 0x3d, 0xde, 0]))`,
    `new TextDecoder().decode(new Uint8Array(5000).fill(97)).length`,
    `new TextDecoder('utf-16le').decode(new Uint16Array(5000).fill(97)).length`,
    `TextDecoder.prototype.decode.call({})`,
  ],
  {
    "new TextDecoder('x-user-defined').decode(new Uint8Array([0x61, 0x80, 0xff]))": 'a\uf780\uf7ff',
    "new TextDecoder('gbk').decode(new Uint8Array([0xc4, 0xe3, 0x61, 0xba, 0xc3]))": '你a好',
    "(() => { const d = new TextDecoder('gbk'); return [d.decode(new Uint8Array([0xc4]), { stream: true }), d.decode(new Uint8Array([0xe3]))]; })()":
      ['', '你'],
  },
);

compareWithNode('atob and btoa', [
  ...[`''`, `'a'`, `'ab'`, `'abc'`, `'\\0\\xff'`, `'\\u0100'`, `1`, `null`, `undefined`].map((text) => `btoa(${text})`),
  `btoa()`,
  ...[
    `''`,
    `'YQ=='`,
    `'YQ'`,
    `' Y Q = = '`,
    `'YQ='`,
    `'YQ==='`,
    `'Y'`,
    `'YWJj'`,
    `'AP8='`,
    `'Y-_x'`,
    `'\\0'`,
    `'YQ\\0'`,
    `'ä'`,
    `null`,
    `undefined`,
    `12`,
    `'ab\\x0b'`,
  ].map((text) => `atob(${text})`),
  `atob()`,
  `(() => { try { atob('*'); } catch (error) { return [error.name, error.code, error instanceof DOMException]; } })()`,
]);

const samples = [
  ['gbk', 'a中文，简体z', [97, 214, 208, 206, 196, 163, 172, 188, 242, 204, 229, 122]],
  ['gb18030', 'a中文𠀀，é1z', [97, 214, 208, 206, 196, 149, 50, 130, 54, 163, 172, 168, 166, 49, 122]],
  ['big5', 'a中文繁體z', [97, 164, 164, 164, 229, 193, 99, 197, 233, 122]],
  ['euc-jp', 'a日本語ｶﾅ丂z', [97, 198, 252, 203, 220, 184, 236, 142, 182, 142, 197, 143, 176, 161, 122]],
  [
    'iso-2022-jp',
    'a日本語abc日z',
    [97, 27, 36, 66, 70, 124, 75, 92, 56, 108, 27, 40, 66, 97, 98, 99, 27, 36, 66, 70, 124, 27, 40, 66, 122],
  ],
  ['shift_jis', 'a日本語ｶﾅ表z', [97, 147, 250, 150, 123, 140, 234, 182, 197, 149, 92, 122]],
  ['euc-kr', 'a한국어z', [97, 199, 209, 177, 185, 190, 238, 122]],
] as const;

compareWithNode(
  'TextDecoder over a stream that is cut anywhere',
  [],
  Object.fromEntries(
    samples.flatMap(([label, text, bytes]) =>
      [1, 2, 3, 5].map((size) => [
        `((decoder, bytes) => { let text = ''; for (let at = 0; at < bytes.length; at += ${size}) text += decoder.decode(new Uint8Array(bytes.slice(at, at + ${size})), { stream: true }); return text + decoder.decode(); })(new TextDecoder('${label}'), [${bytes}])`,
        text,
      ]),
    ),
  ),
);
compareWithNode(
  'TextDecoder at the end of its bytes',
  [
    `((big5) => [big5.decode(new Uint8Array([0x81]), { stream: true }), big5.decode(new Uint8Array([0x40]), { stream: true }), big5.decode()])(new TextDecoder('big5'))`,
    `((utf8) => [[0xf0], [0xc2], [0x80, 0x2a]].map((bytes) => utf8.decode(new Uint8Array(bytes), { stream: true })).concat(utf8.decode()))(new TextDecoder())`,
  ],
  {
    // Node throws.
    [`((gb) => [[0x81, 0x30], [0x81], [0x41]].map((bytes) => gb.decode(new Uint8Array(bytes), { stream: true })).concat(gb.decode()))(new TextDecoder('gb18030'))`]:
      ['', '', '\ufffd0丄', ''],
  },
);
