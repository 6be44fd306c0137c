/** Where the page is: a signal over the browser's history. */

import { computed, signal } from '@preact/signals';
import { parseQuery, type Query, searchOf, sharedOf } from './query.ts';
import { match, pathOf, type Route } from './route.ts';

interface Place {
  readonly path: string;
  readonly query: Query;
}

const here = (): Place => ({ path: window.location.pathname, query: parseQuery(window.location.search) });

const place = signal<Place>(here());

export const route = computed<Route>(() => match(place.value.path));
export const query = computed<Query>(() => place.value.query);

/** @param own what the view's query has beside the page's time */
export function href(to: Route, own: Readonly<Record<string, string | undefined>> = {}): string {
  return `${pathOf(to)}${searchOf({ ...sharedOf(place.value.query), ...own })}`;
}

/** To an address as `href` gives it. */
export function navigate(address: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  const before = place.peek().path;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  place.value = here();
  if (place.peek().path !== before) window.scrollTo(0, 0);
}

/** Changes parts of the query; `undefined` takes one away. It is no new place in the history: nobody wants to go back letter by letter. */
export function setQuery(change: Readonly<Record<string, string | undefined>>, { push = false }: { readonly push?: boolean } = {}): void {
  const { path, query: before } = place.peek();
  navigate(`${path}${searchOf({ ...before, ...change })}`, { replace: !push });
}

/** Follows the browser's buttons, and links to views. Once, at the start. */
export function followHistory(): void {
  window.addEventListener('popstate', () => {
    place.value = here();
  });
  document.addEventListener('click', (event) => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey && !event.defaultPrevented;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!plain || link === null || link.target !== '' || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || match(url.pathname).view === 'nowhere') return;
    event.preventDefault();
    navigate(`${url.pathname}${url.search}`);
  });
}
