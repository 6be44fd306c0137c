/** The headers of a preview's reply: the plugin's, but for what would reach beyond the preview, and the host's word that it is one. */

import { previewPath } from './address.ts';
import { tokenName } from './token.ts';

/**
 * What a browser keeps for the whole origin, which the preview shares with live plugins; and what would have caches keep a
 * reply that is for those who have the token.
 */
const dropped = new Set([
  ...['alt-svc', 'clear-site-data', 'nel', 'report-to', 'reporting-endpoints', 'service-worker-allowed', 'strict-transport-security'],
  ...['cache-control', 'cdn-cache-control', 'surrogate-control', 'expires', 'pragma', 'x-robots-tag'],
]);

/** Of a cookie without a name, browsers send the value alone. */
const tokenCookie = new RegExp(`^[\\s=]*${tokenName}`, 'i');

/** @param headers name, value, name, value */
export function previewHeaders(headers: readonly string[], id: string): string[] {
  const sent: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    const lower = name.toLowerCase();
    if (dropped.has(lower)) continue;
    const value = lower === 'set-cookie' ? ownCookie(headers[i + 1] as string, id) : (headers[i + 1] as string);
    if (value !== undefined) sent.push(name, value);
  }
  sent.push('nbox-preview', id, 'cache-control', 'no-store', 'x-robots-tag', 'noindex');
  return sent;
}

/** A cookie of the preview's and of no live plugin's; `undefined` for one that a browser would take for the token's. */
function ownCookie(value: string, id: string): string | undefined {
  const [pair = '', ...attributes] = value.split(';');
  if (tokenCookie.test(pair)) return undefined;
  const kept = attributes.filter((one) => !/^\s*(?:path|domain)\s*(?:=|$)/i.test(one));
  return [pair, ...kept, ` Path=${previewPath(id)}`].join(';');
}
