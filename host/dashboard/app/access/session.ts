/** Who uses the page, and what that one may do. The only file that knows how requests are authorised: by a cookie that no script can read. */

import { computed, signal } from '@preact/signals';
import { noteHostTime } from '../api/host-time.ts';

export type Scope = 'read' | 'deploy' | 'admin';

/** What `/v1/session` says. */
export interface Session {
  readonly actor: string;
  readonly scope: Scope;
  /** `*`, a domain, a group or a plugin. */
  readonly reach: string;
  /** `null`: it has no end of its own. */
  readonly expiresAt: string | null;
  /** To be sent along with changes; `null` where there is no cookie. */
  readonly csrf: string | null;
}

/** `unknown` until it was looked for; `none` where somebody has to sign in. */
export const session = signal<Session | 'unknown' | 'none'>('unknown');

/** Why it ended, for the one who has to sign in again. */
export const ended = signal<string | undefined>(undefined);

const scopes: readonly Scope[] = ['read', 'deploy', 'admin'];
const path = '/v1/session';

export const mayDeploy = computed(() => may('deploy'));
export const mayAdminister = computed(() => may('admin'));
/** Whether it sees the whole host, and not only some plugins of it. */
export const reachesAll = computed(() => typeof session.value === 'object' && session.value.reach === '*');

function may(scope: Scope): boolean {
  const { value } = session;
  return typeof value === 'object' && scopes.indexOf(value.scope) >= scopes.indexOf(scope);
}

/** Whether it may change a plugin. */
export function mayDeployTo(plugin: string): boolean {
  const { value } = session;
  if (typeof value !== 'object' || !mayDeploy.value) return false;
  return value.reach === '*' || value.reach === plugin || plugin.startsWith(`${value.reach}/`);
}

/** What a request needs to be taken, beside the cookie. @param method of the request */
export function authorization(method: string): Readonly<Record<string, string>> {
  const value = session.peek();
  if (method === 'GET' || typeof value !== 'object' || value.csrf === null) return {};
  return { 'nbox-csrf': value.csrf };
}

/** At the start of the page: the browser may have a session yet. */
export async function restore(): Promise<void> {
  if (document.querySelector('meta[name="nbox-session"]')?.getAttribute('content') === 'none') {
    session.value = 'none';
    return;
  }
  const answer = await fetch(path, { cache: 'no-store' }).catch(() => undefined);
  noteHostTime(answer?.headers.get('date') ?? null);
  session.value = answer?.ok === true ? ((await answer.json()) as Session) : 'none';
}

/** @returns what is wrong, in words; `undefined` where it went well */
export async function signIn(token: string): Promise<string | undefined> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) };
  const answer = await fetch(path, init).catch(() => undefined);
  if (answer === undefined) return 'The host does not answer. Is it running?';
  noteHostTime(answer.headers.get('date'));
  if (answer.ok) {
    ended.value = undefined;
    session.value = (await answer.json()) as Session;
    return undefined;
  }
  const after = Number(answer.headers.get('retry-after'));
  if (answer.status === 401) return 'This is not a token of this host, or it is no longer one.';
  if (answer.status === 429) return `Too many wrong tokens were tried from here. Wait${after > 0 ? ` ${after} s` : ''}, and try again.`;
  const problem = (await answer.json().catch(() => undefined)) as { detail?: string } | undefined;
  return problem?.detail ?? `The host answered with ${answer.status}.`;
}

export async function signOut(): Promise<void> {
  const headers = authorization('DELETE');
  // First, so that streams are closed here before the host cuts them.
  lose(undefined);
  await fetch(path, { method: 'DELETE', headers }).catch(() => undefined);
}

/** The host no longer knows the session. */
export function lose(why: string | undefined): void {
  ended.value = why;
  session.value = 'none';
}
