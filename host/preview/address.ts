/**
 * Where on the traffic port a preview is: `/~preview/<id>/…`. What begins with `/~` is the host's: no part of a plugin's id has a
 * tilde.
 */

const prefix = '/~preview/';
const form = /^\/~preview\/([0-9a-f]{20})(?![^/?])/;

/** A preview's id has 80 random bits: it need not be secret, but it is not come upon by counting. */
export const idBytes = 10;

export interface PreviewTarget {
  readonly id: string;
  /** What the preview sees, with the query, beginning with a slash. */
  readonly path: string;
}

/** Whether a target is one that no plugin is ever asked for. */
export function isPreviewTarget(target: string): boolean {
  return target.charCodeAt(1) === 0x7e && target.startsWith(prefix);
}

/** No decoding: what is written in another way is another address, and a cookie's path would not fit it. */
export function previewTarget(target: string): PreviewTarget | undefined {
  const [head, id] = form.exec(target) ?? [];
  if (head === undefined || id === undefined) return undefined;
  const rest = target.slice(head.length);
  return { id, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Without a slash at its end: also the path of its cookies. */
export function previewPath(id: string): string {
  return `${prefix}${id}`;
}
