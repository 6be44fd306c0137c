/** Which of a plugin's deployed releases a request goes to. */

import type { IncomingMessage } from 'node:http';
import { NboxError } from '../../guards/errors.ts';
import type { ReleaseKeyRule } from '../../loader/manifest.ts';
import type { Deployed } from '../release/deployed.ts';
import type { LiveRelease } from '../release/release.ts';

export const overrideHeader = 'nbox-release-override';
/** As a header, and as a cookie. */
export const keyName = 'nbox-release-key';

/** Whether the caller chooses, and not the deployment. */
export function isForced({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers[overrideHeader] !== undefined;
}

/** Of a key, what counts: a longer one is cut. */
const mostKeyChars = 256;

/**
 * @param path what the plugin sees, with its query
 * @throws NboxError `release_not_deployed`
 */
export function chooseRelease(deployed: Deployed, req: Pick<IncomingMessage, 'headers'>, path: string): LiveRelease {
  const forced = req.headers[overrideHeader];
  if (forced !== undefined) return override(deployed, forced as string);
  if (!deployed.isShared) return deployed.main;
  const key = keyOf(req, deployed.older.release.manifest.releaseKey, path);
  return deployed.at(key === undefined ? Math.random() * 100 : deployed.pointOf(key.slice(0, mostKeyChars)));
}

function override(deployed: Deployed, asked: string): LiveRelease {
  const live = /^[1-9]\d{0,9}$/.test(asked) ? deployed.find(Number(asked)) : undefined;
  if (live !== undefined) return live;
  const numbers = deployed.shares.map((share) => share.live.release.number).sort((a, b) => a - b);
  throw new NboxError(
    'release_not_deployed',
    `${overrideHeader} is ${JSON.stringify(asked.slice(0, 40))}; what is deployed is ${numbers.join(' and ')}`,
  );
}

/** The header before the cookie, and both before the rule of the manifest. Of two releases it is that of the one that was there first. */
function keyOf({ headers }: Pick<IncomingMessage, 'headers'>, rule: ReleaseKeyRule | undefined, path: string): string | undefined {
  const given = headers[keyName] as string | undefined;
  if (given) return given;
  const cookie = cookieOf(headers.cookie, keyName);
  if (cookie) return cookie;
  if (rule === undefined) return undefined;
  if ('header' in rule) return textOf(headers[rule.header]);
  if ('cookie' in rule) return cookieOf(headers.cookie, rule.cookie) || undefined;
  const query = path.indexOf('?');
  return query < 0 ? undefined : new URLSearchParams(path.slice(query)).get(rule.query) || undefined;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return (Array.isArray(value) ? value.join() : value) || undefined;
}

/** The first of that name: RFC 6265, section 5.4, has the one with the longest path come first. */
function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
