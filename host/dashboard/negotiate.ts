/** What a client takes and has already: its encodings (RFC 9110, section 12.5.3) and its validators (section 13.1.2). */

/** In the order in which they are preferred where a client likes them alike. */
export const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** @returns the one that the client likes best; `identity` where it takes none, since an answer that is too long beats none */
export function encodingFor(accepted: string | undefined, available: ReadonlySet<Encoding>): Encoding {
  const weights = weightsOf(accepted ?? '');
  const weightOf = (encoding: Encoding): number => {
    const own = weights.get(encoding === 'gzip' ? 'gzip' : encoding) ?? (encoding === 'gzip' ? weights.get('x-gzip') : undefined);
    if (own !== undefined) return own;
    // What nobody speaks of is refused, but for `identity`, which must be refused by name or by `*`.
    if (encoding === 'identity') return weights.get('*') === 0 ? 0 : 0.000_1;
    return weights.get('*') ?? 0;
  };
  let best: Encoding = 'identity';
  let most = 0;
  for (const encoding of encodings) {
    const weight = available.has(encoding) ? weightOf(encoding) : 0;
    if (weight > most) [best, most] = [encoding, weight];
  }
  return best;
}

function weightsOf(accepted: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of accepted.split(',').slice(0, 50)) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (name === '') continue;
    const quality = parameters.find((one) => one.startsWith('q='))?.slice(2);
    const weight = quality === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0;
    weights.set(name, weight);
  }
  return weights;
}

/** Whether `If-None-Match` names the answer that would be sent: by the weak comparison, as is right for GET. */
export function hasAlready(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
