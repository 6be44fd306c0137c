/** What the page will ask of the API as soon as its code runs: its browser can have asked by then. */

import { topQuestion, trafficQuestion } from './app/data/questions.ts';
import { rangeOf, windowOf } from './app/data/range.ts';
import { parseQuery } from './app/routes/query.ts';

/**
 * @param search what stands behind the view's path, as it was sent
 * @param now milliseconds since the epoch
 * @returns paths
 */
export function firstQuestions(path: string, search: string, now: number): string[] {
  const session = '/v1/session';
  if (path !== '/') return [session];
  const window = windowOf(rangeOf(parseQuery(search)), now);
  // Of seconds it would be another question by then.
  return window.step === '1s' ? [session] : [session, topQuestion(window), trafficQuestion(window)];
}
