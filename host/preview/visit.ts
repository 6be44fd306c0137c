/** From a request at a preview's address to the preview, for whoever has its token; for a browser, which sends it once, to a cookie. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { LiveRelease } from '../release/release.ts';
import { previewPath, previewTarget } from './address.ts';
import type { Preview } from './preview.ts';
import { takeToken, tokenName } from './token.ts';

/** A call of the preview, or the clean address to which a browser is sent with its cookie. */
export type Visit =
  | { readonly kind: 'call'; readonly live: LiveRelease; readonly path: string }
  | { readonly kind: 'redirect'; readonly id: string; readonly location: string; readonly cookie: string };

/**
 * @param find a preview that is not over
 * @param elapsed of the clock that only goes forward
 * @returns throws NboxError `no_such_preview`, whether it is the address or the token that is wrong; `too_many_guesses`
 */
export function visits(
  find: (id: string) => Preview | undefined,
  elapsed: () => number,
): (req: Pick<IncomingMessage, 'headers' | 'method' | 'socket'>, target: string) => Visit {
  return (req, target) => {
    const at = previewTarget(target);
    const preview = at && find(at.id);
    const { given, path } = takeToken(req, at?.path ?? '/');
    if (preview === undefined || given === undefined) throw previewGone();
    checkToken(preview, given.texts, req.socket.remoteAddress ?? '');
    if (given.from !== 'query' || (req.method !== 'GET' && req.method !== 'HEAD')) return { kind: 'call', live: preview.live, path };
    const { id } = preview;
    const secondsLeft = Math.max(1, Math.ceil((preview.endsAt - elapsed()) / 1_000));
    // Whoever claims it falsely keeps the cookie from itself.
    const secure = /^https\b/i.test(String(req.headers['x-forwarded-proto'])) ? '; Secure' : '';
    return {
      kind: 'redirect',
      id,
      // What is no character of a URL cannot stand in a header either.
      location: `${previewPath(id)}${path.replace(/[^\x21-\x7e]/g, encodeURIComponent)}`,
      // Lax: with Strict, a link in a chat would lead to the redirect and from there, without the cookie, to a refusal.
      cookie: `${tokenName}=${given.texts[0]}; Path=${previewPath(id)}; Max-Age=${secondsLeft}; HttpOnly; SameSite=Lax${secure}`,
    };
  };
}

/** The same for an address that is none, a missing token and a wrong one: nothing is told of what there is. */
export function previewGone(): NboxError {
  return new NboxError('no_such_preview', `No preview is here for this token (${tokenName}): it may be wrong, or the preview over`);
}

function checkToken(preview: Preview, texts: readonly string[], address: string): void {
  const { guesses, isToken } = preview;
  const retryAfterS = guesses.wait(address);
  if (retryAfterS > 0) throw new NboxError('too_many_guesses', { detail: `Too many wrong tokens in ${tokenName}`, retryAfterS });
  if (texts.some(isToken)) return;
  guesses.note(address);
  throw previewGone();
}
