/** What differs between two replies to the same call, in words for the author. */

import type { Hiding } from './redactor.ts';
import type { Replayed } from './replayer.ts';

/** Of one call. */
const mostChanges = 8;
const mostShown = 120;
/** Larger bodies are told apart, but not walked through. */
const mostWalked = 262_144;

/** @param hide what is shown of replies is redacted as what was recorded is */
export function changesBetween(before: Replayed, after: Replayed, hide: Hiding): string[] {
  if (before.outcome !== after.outcome) return [`outcome: ${outcomeOf(before)} → ${outcomeOf(after)}`];
  if (before.outcome !== 'ok') return before.detail === after.detail ? [] : [`error: ${before.detail} → ${after.detail}`];
  const changes: string[] = [];
  const [was, is] = [headOf(before.head), headOf(after.head)];
  if (was.status !== is.status) changes.push(`status: ${was.status} → ${is.status}`);
  for (const name of new Set([...was.headers.keys(), ...is.headers.keys()])) {
    const [old, now] = [was.headers.get(name), is.headers.get(name)];
    if (old !== now) changes.push(`header ${name}: ${shown(old, hide)} → ${shown(now, hide)}`);
  }
  if (!before.body.equals(after.body)) changes.push(...bodyChanges(before.body, after.body, hide));
  const left = changes.length - mostChanges;
  return left > 0 ? [...changes.slice(0, mostChanges), `and ${left} more`] : changes;
}

const outcomeOf = ({ outcome, detail }: Replayed): string => (detail === undefined ? outcome : `${outcome} (${detail.slice(0, 200)})`);

function headOf(head: string): { readonly status: string; readonly headers: ReadonlyMap<string, string> } {
  const [status = '', , ...fields] = head.split('\n');
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) headers.set((fields[i] as string).toLowerCase(), fields[i + 1] as string);
  return { status, headers };
}

function bodyChanges(before: Buffer, after: Buffer, hide: Hiding): string[] {
  const [was, is] = [jsonOf(before), jsonOf(after)];
  if (was !== undefined && is !== undefined) {
    const changes: string[] = [];
    walk('body', was.value, is.value, changes, hide);
    // Equal as values: only the writing differs.
    if (changes.length > 0) return changes;
  }
  return [`body: ${before.length} → ${after.length} bytes, ${shown(before.toString(), hide)} → ${shown(after.toString(), hide)}`];
}

function jsonOf(body: Buffer): { readonly value: unknown } | undefined {
  if (body.length > mostWalked) return undefined;
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
      value === undefined ? 'nothing' : hide.text(JSON.stringify({ [name]: value })).slice(name.length + 4, -1);
    changes.push(`${path}: ${cut(one(before))} → ${cut(one(after))}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const cut = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);

function shown(text: string | undefined, hide: Hiding): string {
  return text === undefined ? 'nothing' : JSON.stringify(cut(hide.text(text)));
}
