/** If-Match and ETag (RFC 9110, section 13.1): a change is made only to what its author has seen. A plugin's tag is its deployment's number, a budget's its version. */

import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';

/**
 * @returns the deployment that must be live, by its number; 0 where none may be (`If-None-Match: *`); `undefined`: whatever is
 * @throws NboxError `bad_request`
 */
export function expectedDeployment(ctx: Context): number | undefined {
  return expectedVersion(ctx, 'the number of a deployment');
}

/** The same of anything that has a number. @param what the number is @throws NboxError `bad_request` */
export function expectedVersion(ctx: Context, what: string): number | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = ctx.req.headers;
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === '*' && match === undefined) return 0;
    throw new NboxError('bad_request', 'If-None-Match may be *, and then there may be no If-Match');
  }
  if (match === undefined) return undefined;
  const [, number] = /^\s*"([1-9]\d{0,9})"\s*$/.exec(match) ?? [];
  if (number === undefined) {
    throw new NboxError('bad_request', `If-Match is ${JSON.stringify(match.slice(0, 40))}; it may be an ETag such as "7": ${what}`);
  }
  return Number(number);
}

export function tag(ctx: Context, number: number): void {
  ctx.set('etag', `"${number}"`);
}
