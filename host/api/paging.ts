/** Lists page by page: what a request says, and what an answer has for the next one. */

import { z } from 'zod';
import { whole, words } from './query.ts';

export const mostPerPage = 1_000;

/** Without `limit` a list is answered whole, as it is for whoever knows of no pages. */
export const paging = {
  limit: whole(1, mostPerPage, 'How many there are at most in one answer; all of them where it is not given'),
  cursor: words(
    'What `next` of the page before has said. Pages go on behind what was answered last, whatever has been added or removed in the meantime.',
    1_000,
  ),
};

export const next = z.string().nullable().describe('To be sent as `cursor` for the next page; `null` where this is the last');
