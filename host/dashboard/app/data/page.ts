/** What there is once on the page: its time, its event stream, and the lists that several views show. */

import { computed, effect } from '@preact/signals';
import { session } from '../access/session.ts';
import { get, send } from '../api/client.ts';
import { hostNow } from '../api/host-time.ts';
import type { Changes, Plugin } from '../api/wire.ts';
import type { Breaker } from '../api/wire-host.ts';
import { query, setQuery } from '../routes/location.ts';
import { startClock } from './clock.ts';
import { EventStream } from './event-stream.ts';
import { Live } from './live.ts';
import { queryOf, type Range, rangeOf, type Window, windowOf } from './range.ts';
import { Resource } from './resource.ts';

export const range = computed<Range>(() => rangeOf(query.value), { name: 'range' });

/** The range as a text: to see whether it is another one. */
export const rangeKey = computed(() => JSON.stringify(range.value));

/** As it would be asked for now. */
export function windowNow(): Window {
  return windowOf(range.peek(), hostNow());
}

/** A place in the history: one goes back to the time that one came from. */
export function setRange(next: Range): void {
  setQuery(queryOf(next), { push: true });
}

export const live = new Live();

const after = (ms: number, work: () => void) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

export const stream = new EventStream({
  open: (lastId, signal) =>
    send('/v1/events', { signal, headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) } }),
  onEvent: (event) => live.take(event),
  onGap: () => live.gap(),
  after,
});

/** Every plugin, in order of ids. */
export const plugins = new Resource((signal) =>
  get<{ plugins: readonly Plugin[] }>('/v1/plugins', signal).then((answer) => answer.plugins),
);

export const breakers = new Resource((signal) =>
  get<{ breakers: readonly Breaker[] }>('/v1/breakers', signal).then((answer) => answer.breakers),
);

/** What was deployed and removed in the page's time, the newest first; of very much the newest. */
export const changes = new Resource((signal) => {
  const { from } = windowNow();
  return get<Changes>(`/v1/deployments?from=${from}&limit=500`, signal).then((answer) => answer.changes);
});

/** Has the list asked for where nobody has yet: it is long, and most views do without. */
export function needPlugins(): void {
  if (plugins.known.peek().value === undefined && !plugins.isBusy) void plugins.refresh();
}

/** What is in sight comes first: the palette's list of plugins so long after, unless it is needed before. */
const lateMs = 3_000;

/** A burst of changes is one question. */
const settleMs = 400;

/** Starts what goes on as long as the page is there. Once. */
export function startPage(): void {
  startClock();
  const isIn = computed(() => typeof session.value === 'object');
  effect(() => {
    if (!isIn.value) {
      stream.stop('closed');
      live.clear();
      for (const resource of [plugins, breakers, changes]) resource.forget();
      return;
    }
    void breakers.refresh();
    if (!document.hidden) stream.start();
    return after(lateMs, needPlugins);
  });
  effect(() => {
    if (isIn.value && rangeKey.value !== '') void changes.refresh();
  });
  refreshOn(live.changed, () => {
    if (plugins.known.peek().value !== undefined || plugins.isBusy) void plugins.refresh();
    void changes.refresh();
  });
  refreshOn(live.tripped, () => void breakers.refresh());
  document.addEventListener('visibilitychange', () => {
    if (session.peek() === 'none' || session.peek() === 'unknown') return;
    if (document.hidden) stream.stop('paused');
    else stream.start();
  });
  window.addEventListener('offline', () => stream.lose());
  window.addEventListener('online', () => {
    if (typeof session.peek() === 'object' && !document.hidden) stream.start();
  });
}

function refreshOn(counter: { readonly value: number }, refresh: () => void): void {
  let isWaiting = false;
  let isFirst = true;
  effect(() => {
    void counter.value;
    if (isFirst) {
      isFirst = false;
      return;
    }
    if (isWaiting) return;
    isWaiting = true;
    after(settleMs, () => {
      isWaiting = false;
      refresh();
    });
  });
}
