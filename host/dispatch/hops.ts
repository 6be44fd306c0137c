/**
 * How often a request has been through hosts of nbox, told by the header that travels with it: RFC 8586's CDN-Loop, a
 * member a pass. So a loop is found wherever it leads: through proxies, load balancers and hosts that know nothing of each other.
 */

import { NboxError } from '../../guards/errors.ts';

export const hopsHeader = 'cdn-loop';

/** The same for every host: a loop through several operators' hosts is one, too. */
const ours = 'nbox';
export const mostHops = 16;

/**
 * Before a request becomes a call.
 * @param came its header as Node has it, several joined
 * @throws NboxError `loop_detected`
 */
export function checkHops(came: string | undefined): void {
  if (came === undefined || hopsOf(came) < mostHops) return;
  throw new NboxError('loop_detected', `The request has been through nbox ${mostHops} times: plugins call each other in a circle`);
}

/**
 * The header of a request that a plugin sends: what its call came with, and one more of ours.
 * @param came the header of the request that the plugin answers
 * @param given what the plugin has set itself: its members go along, but none of ours, which are the host's to count
 * @param mark of the plugin, for the host that made it
 */
export function nextHops(came: string | undefined, given: string, mark?: string): string {
  const before = membersOf(came ?? '');
  const known = new Set(before);
  const added = membersOf(given).filter((member) => !isOurs(member) && !known.has(member));
  return [...before, ...added, mark === undefined ? ours : `${ours};by=${mark}`].join(', ');
}

/** @returns the mark of the plugin that sent the request, where the host through which it was sent has given one */
export function markIn(came: string | undefined): string | undefined {
  if (came === undefined) return undefined;
  const last = membersOf(came).findLast(isOurs);
  return last === undefined ? undefined : /;\s*by=([\w-]{1,40})\s*(?:;|$)/i.exec(last)?.[1];
}

const hopsOf = (value: string): number => membersOf(value).filter(isOurs).length;

/** Divided at every comma, in quotes or not: an open quote in a stranger's member must not hide the members behind it. */
const membersOf = (value: string): string[] =>
  value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');

/** What stands behind a semicolon are parameters. */
const isOurs = (member: string): boolean => /^[^;\s]*/.exec(member)?.[0].toLowerCase() === ours;
