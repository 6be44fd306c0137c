/** What a token may do. Each scope has what those before it have. */

/**
 * `read`: look. `deploy`: change what is live, and make plugins run. `admin`: what cannot be taken back, what others are held
 * to, and who may do what.
 */
export const scopes = ['read', 'deploy', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Whether whoever has the first may do what needs the second. */
export function allows(has: Scope, needed: Scope): boolean {
  return scopes.indexOf(has) >= scopes.indexOf(needed);
}
