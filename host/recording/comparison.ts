/** What differs between two replies to the same call, in words for the author. */

import type { Hiding } from './redactor.ts';
import type { Replayed } from './replayer.ts';
import type { ReplyBody } from './reply-body.ts';

/** Of one call. */
const mostChanges = 8;
const mostShown = 120;
/** Of what is shown so much is looked through for what is to be hidden. */
const mostHidden = 4_096;

/** @param hide what is shown of replies is redacted as what was recorded is */
export function changesBetween(before: Replayed, after: Replayed, hide: Hiding): string[] {
  if (before.outcome !== after.outcome) return [`outcome: ${outcomeOf(before, hide)} → ${outcomeOf(after, hide)}`];
  const told = ({ detail = '' }: Replayed) => excerpt(detail, hide);
  if (before.outcome !== 'ok') return before.detail === after.detail ? [] : [`error: ${told(before)} → ${told(after)}`];
  const changes: string[] = [];
  const [was, is] = [headOf(before.head), headOf(after.head)];
  if (was.status !== is.status) changes.push(`status: ${was.status} → ${is.status}`);
  for (const name of new Set([...was.headers.keys(), ...is.headers.keys()])) {
    const [old, now] = [was.headers.get(name), is.headers.get(name)];
    if (old !== now) changes.push(`header ${name}: ${shown(old, hide)} → ${shown(now, hide)}`);
  }
  if (before.bodyHash !== after.bodyHash) changes.push(...bodyChanges(before, after, hide));
  const left = changes.length - mostChanges;
  return left > 0 ? [...changes.slice(0, mostChanges), `and ${left} more`] : changes;
}

const outcomeOf = ({ outcome, detail }: Replayed, hide: Hiding): string =>
  detail === undefined ? outcome : `${outcome} (${excerpt(detail, hide)})`;

function headOf(head: string): { readonly status: string; readonly headers: ReadonlyMap<string, string> } {
  const [status = '', , ...fields] = head.split('\n');
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) headers.set((fields[i] as string).toLowerCase(), fields[i + 1] as string);
  return { status, headers };
}

function bodyChanges(before: ReplyBody, after: ReplyBody, hide: Hiding): string[] {
  const [was, is] = [jsonOf(before), jsonOf(after)];
  if (was !== undefined && is !== undefined) {
    const changes: string[] = [];
    walk('body', was.value, is.value, changes, hide);
    // Equal as values: only the writing differs.
    if (changes.length > 0) return changes;
  }
  const text = ({ body }: ReplyBody) => shown(body.toString('utf8', 0, 4 * mostHidden), hide);
  return [`body: ${before.bodyBytes} → ${after.bodyBytes} bytes, ${text(before)} → ${text(after)}`];
}

/** Larger bodies are told apart, but not walked through: they are not there as a whole. */
function jsonOf({ body, bodyBytes }: ReplyBody): { readonly value: unknown } | undefined {
  if (body.length < bodyBytes) return undefined;
  try {
    return { value: JSON.parse(body.toString()) };
  } catch {
    return undefined;
  }
}

function walk(path: string, before: unknown, after: unknown, changes: string[], hide: Hiding, depth = 0): void {
  if (changes.length > mostChanges || Object.is(before, after)) return;
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after) && depth < 20) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const at = Array.isArray(before) ? `${path}[${key}]` : `${path}.${key.slice(0, 60)}`;
      const own = (value: Record<string, unknown>) => (Object.hasOwn(value, key) ? value[key] : undefined);
      walk(at, own(before), own(after), changes, hide, depth + 1);
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    // With its name beside it, so that what is to be hidden is.
    const name = /\.([^.[\]]*)$/.exec(path)?.[1] ?? '';
    const one = (value: unknown) =>
      value === undefined ? 'nothing' : hide.text(looked(JSON.stringify({ [name]: value }))).slice(name.length + 4, -1);
    changes.push(`${path}: ${cut(one(before))} → ${cut(one(after))}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const cut = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

function shown(text: string | undefined, hide: Hiding): string {
  return text === undefined ? 'nothing' : JSON.stringify(excerpt(text, hide));
}

function excerpt(text: string, hide: Hiding): string {
  return cut(hide.text(looked(text)));
}

/** So much as is looked through. A value that goes on beyond that ends here, so that it is seen to be one. */
function looked(text: string): string {
  return text.length > mostHidden ? `${text.slice(0, mostHidden)}\\""` : text;
}
