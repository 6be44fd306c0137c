/** Who uses the page, and what that one may do. The only file that knows how requests are authorised. */

import { computed, signal } from '@preact/signals';

export type Scope = 'read' | 'deploy' | 'admin';

export interface Session {
  readonly actor: string;
  readonly scope: Scope;
  /** `*`, a domain, a group or a plugin. */
  readonly reach: string;
}

/** `unknown` until it was looked for; `none` where somebody has to sign in. */
export const session = signal<Session | 'unknown' | 'none'>('unknown');

/** Why it ended, for the one who has to sign in again. */
export const ended = signal<string | undefined>(undefined);

const scopes: readonly Scope[] = ['read', 'deploy', 'admin'];

/** The token, for as long as the page lives: nothing that outlives it ever holds it. */
let token: string | undefined;

export const mayDeploy = computed(() => may('deploy'));
export const mayAdminister = computed(() => may('admin'));

function may(scope: Scope): boolean {
  const { value } = session;
  return typeof value === 'object' && scopes.indexOf(value.scope) >= scopes.indexOf(scope);
}

/** Whether it sees the whole host, and not only some plugins of it. */
export const reachesAll = computed(() => typeof session.value === 'object' && session.value.reach === '*');

/** Whether it may change a plugin. */
export function mayDeployTo(plugin: string): boolean {
  const { value } = session;
  if (typeof value !== 'object' || !mayDeploy.value) return false;
  return value.reach === '*' || value.reach === plugin || plugin.startsWith(`${value.reach}/`);
}

/** What a request needs to be taken. */
export function authorization(_method: string): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** At the start of the page. */
export async function restore(): Promise<void> {
  session.value = 'none';
}

/** @returns what is wrong, in words; `undefined` where it went well */
export async function signIn(given: string): Promise<string | undefined> {
  // Anything else cannot be in a header.
  if (!/^[\x21-\x7e]{1,512}$/.test(given)) return 'A token has no spaces, and at most 512 characters of ASCII.';
  const answer = await fetch('/v1/breakers', { headers: { authorization: `Bearer ${given}` } }).catch(() => undefined);
  if (answer === undefined) return 'The host does not answer. Is it running?';
  if (answer.status === 401) return 'This is not a token of this host.';
  if (!answer.ok) return `The host answered with ${answer.status}.`;
  token = given;
  ended.value = undefined;
  session.value = { actor: 'admin', scope: 'admin', reach: '*' };
  return undefined;
}

export async function signOut(): Promise<void> {
  lose(undefined);
}

/** The host no longer knows the session. */
export function lose(why: string | undefined): void {
  token = undefined;
  ended.value = why;
  session.value = 'none';
}
