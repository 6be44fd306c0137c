/** Where the characters of the legacy multi-byte encodings end, so that a stream of bytes can be cut between them. */

const escape = 0x1b;

/** How many bytes at the end are the start of a character, or of an escape sequence, whose rest is still to come. */
export function pendingBytes(bytes: Uint8Array, encoding: string): number {
  switch (encoding) {
    case 'gbk':
    case 'gb18030':
      return pendingOfGb(bytes);
    case 'euc-jp':
      return pendingOfEucJp(bytes);
    case 'iso-2022-jp':
      return scanIso2022Jp(bytes).pending;
    case 'shift_jis':
      return pendingOfPairs(bytes, (byte) => (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc));
    case 'big5':
    case 'euc-kr':
      return pendingOfPairs(bytes, (byte) => byte >= 0x81 && byte <= 0xfe);
    default:
      return 0;
  }
}

/** Behind the last byte that can be no part of a longer character. */
function syncedAt(bytes: Uint8Array): number {
  let at = bytes.length;
  while (at > 0 && (bytes[at - 1] as number) >= 0x30) at -= 1;
  return at;
}

const isLead = (byte: number): boolean => byte >= 0x81 && byte <= 0xfe;

function pendingOfPairs(bytes: Uint8Array, leads: (byte: number) => boolean): number {
  let open = 0;
  for (let at = syncedAt(bytes); at < bytes.length; at += 1) open = open === 0 && leads(bytes[at] as number) ? 1 : 0;
  return open;
}

function pendingOfGb(bytes: Uint8Array): number {
  let open = 0;
  for (let at = syncedAt(bytes); at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (open === 0) open = isLead(byte) ? 1 : 0;
    else if (open === 1) open = isDigit ? 2 : 0;
    else if (open === 2) open = isLead(byte) ? 3 : 0;
    else if (isDigit) open = 0;
    else {
      // Not the fourth: the second was a digit, the third begins anew, and this byte is looked at again.
      open = 1;
      at -= 1;
    }
  }
  return open;
}

function pendingOfEucJp(bytes: Uint8Array): number {
  let open = 0;
  for (let at = syncedAt(bytes); at < bytes.length; at += 1) {
    const byte = bytes[at] as number;
    const isTrail = byte >= 0xa1 && byte <= 0xfe;
    if (open === 0) open = byte === 0x8e || byte === 0x8f || isTrail ? 1 : 0;
    else open = open === 1 && bytes[at - 1] === 0x8f && isTrail ? 2 : 0;
  }
  return open;
}

/** @returns the bytes at the end that are still open, and the last letters of the escape sequence that holds there */
export function scanIso2022Jp(bytes: Uint8Array): { readonly pending: number; readonly mode: readonly number[] } {
  let mode: number[] = [];
  let isWide = false;
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === escape) {
      if (at + 1 === bytes.length) return { pending: 1, mode };
      const second = bytes[at + 1] as number;
      if (second === 0x24 || second === 0x28) {
        if (at + 2 === bytes.length) return { pending: 2, mode };
        const third = bytes[at + 2] as number;
        if (second === 0x24 ? third === 0x40 || third === 0x42 : third === 0x42 || third === 0x49 || third === 0x4a) {
          mode = [escape, second, third];
          isWide = second === 0x24;
          at += 3;
          continue;
        }
      }
      at += 1;
    } else if (isWide && (bytes[at] as number) >= 0x21 && (bytes[at] as number) <= 0x7e) {
      if (at + 1 === bytes.length) return { pending: 1, mode };
      at += bytes[at + 1] === escape ? 1 : 2;
    } else at += 1;
  }
  return { pending: 0, mode };
}
