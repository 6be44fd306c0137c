/** What the overview asks first: as paths, since the host tells the browser to ask for them while it reads the page's code. */

import { rangeText, type Window } from './range.ts';

const shownPlugins = 8;

/** Who uses the machine. */
export function topQuestion(window: Window): string {
  return `/v1/usage/top?${rangeText(window)}&by=osCpuUs&count=${shownPlugins}`;
}

/** How calls fare. */
export function trafficQuestion(window: Window): string {
  return `/v1/usage?${rangeText(window)}`;
}
