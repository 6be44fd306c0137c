/** What no request reaches, by the same form: a time of the schedule, messages of a queue, a method of an entry point. */

import type { RequestDraft } from './request-draft.ts';

export const eventKinds = ['schedule', 'queue', 'method'] as const;
export type EventKind = (typeof eventKinds)[number];

export function isEvent(method: string): method is EventKind {
  return (eventKinds as readonly string[]).includes(method);
}

/** What the line and the body of the form are then. */
export const eventForm: Readonly<
  Record<EventKind, { readonly line: string; readonly lineHint: string; readonly body: string; readonly bodyHint: string }>
> = {
  schedule: { line: 'Schedule, as the manifest writes it', lineHint: '*/5 * * * *', body: '', bodyHint: '' },
  queue: { line: 'Name of the queue', lineHint: 'orders', body: 'Bodies of the messages, in a list', bodyHint: '[{ "id": 1 }]' },
  method: { line: 'Entry point and method', lineHint: 'Prices.total', body: 'Arguments, in a list', bodyHint: '[1, 2]' },
};

/** @returns the body of an invocation; what is wrong with it, in words, where something is */
export function invocationOf({ method, path, body }: RequestDraft & { readonly method: EventKind | string }): object | string {
  const line = path.trim().replace(/^\//, '');
  if (method === 'schedule') return { interface: 'scheduled', cron: path.trim() === '/' ? '' : path.trim() };
  const list = listOf(body);
  if (list === undefined) return 'The body is no list in JSON, such as [1, 2].';
  if (method === 'queue') {
    if (line === '') return 'Name the queue, such as orders.';
    if (list.length === 0) return 'A batch has a message at least: write their bodies in a list.';
    return { interface: 'queue', queue: line, messages: list.map((one) => ({ body: one })) };
  }
  const [, entrypoint = 'default', name] = /^(?:([A-Za-z_$][\w$]*)\.)?([A-Za-z_$][\w$]*)$/.exec(line) ?? [];
  if (name === undefined) return 'Name a method, such as Prices.total, or total of the default export.';
  return { interface: 'rpc', entrypoint, method: name, args: list };
}

function listOf(text: string): unknown[] | undefined {
  if (text.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
