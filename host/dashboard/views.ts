/** The paths on the admin port that are views of the dashboard, and so have the one page. */

/** By their first segment. The API is below `/v1/`. */
const views: ReadonlySet<string> = new Set(['plugins', 'editor', 'releases', 'hygiene', 'audit', 'tokens', 'settings']);

/** @param path as it was sent */
export function isView(path: string): boolean {
  return path === '/' || (path.startsWith('/') && views.has(path.slice(1).split('/', 1)[0] as string));
}
