/** What a token may touch: everything, or what is at or below a domain, a group or a plugin. */

/** `*`, `domain`, `domain/group` or `domain/group/name`. */
export type Reach = string;

export const everything: Reach = '*';

const form = /^[a-z0-9-]{1,63}(?:\/[a-z0-9-]{1,63}){0,2}$/;

export function isReach(text: string): text is Reach {
  return text === everything || form.test(text);
}

/** Whether all of the second, a plugin's id or another reach, is within the first. */
export function covers(reach: Reach, inner: string): boolean {
  return reach === everything || inner === reach || inner.startsWith(`${reach}/`);
}
