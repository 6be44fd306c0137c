/** What stands behind a view's path: its filters, and the time that the whole page is about, which goes along from view to view. */

/** Kept when another view is gone to. */
export const shared = ['range', 'from', 'to'] as const;

export type Query = Readonly<Record<string, string>>;

export function parseQuery(search: string): Query {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(search)) query[name] = value;
  return Object.freeze(query);
}

/** With its question mark; empty where there is nothing. In order of the names, so that the same query is the same text. */
export function searchOf(query: Readonly<Record<string, string | undefined>>): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

export function sharedOf(query: Query): Query {
  return Object.fromEntries(shared.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));
}
