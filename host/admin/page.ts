/** A page of a list: what comes behind a cursor, which names the last row that was answered by its place and not by its number. */

import { NboxError } from '../../guards/errors.ts';

export interface AskedPage {
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** `null` where nothing is behind. */
  readonly next: string | null;
}

/** Ids go up; numbers, of which the newest is first, go down. */
type Place = string | number;

/**
 * @param list names it: a cursor is of one list only
 * @param rows in the order of their places
 * @throws NboxError `invalid_query` on a cursor that the list has not given
 */
export function pageOf<Row>(list: string, rows: readonly Row[], placeOf: (row: Row) => Place, { limit, cursor }: AskedPage): Page<Row> {
  const after = cursor === undefined ? undefined : placeIn(list, cursor);
  const behind = after === undefined ? rows : rows.filter((row) => isBehind(placeOf(row), after));
  const page = limit === undefined ? behind : behind.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: last === undefined || page.length === behind.length ? null : cursorOf(list, placeOf(last)) };
}

function isBehind(place: Place, after: Place): boolean {
  if (typeof place === 'string') return typeof after === 'string' && place > after;
  return typeof after === 'number' && place < after;
}

function cursorOf(list: string, place: Place): string {
  return Buffer.from(JSON.stringify([list, place])).toString('base64url');
}

function placeIn(list: string, cursor: string): Place {
  const place = read(cursor);
  if (place !== undefined && cursorOf(list, place) === cursor) return place;
  throw new NboxError('invalid_query', 'cursor is none that this list has given; leave it out to begin anew');
}

/** Whatever stands there; whether it is a cursor shows when it is made again. */
function read(cursor: string): Place | undefined {
  try {
    const [, place] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    return typeof place === 'string' || typeof place === 'number' ? place : undefined;
  } catch {
    return undefined;
  }
}
