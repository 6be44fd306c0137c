/** A resource for as long as a part of the page shows it. */

import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Known, Resource } from './resource.ts';

export interface Asking {
  /** Again after so long, while the page is seen. */
  readonly everyMs?: number | undefined;
  /** Again whenever it changes. */
  readonly on?: ReadonlySignal<number>;
}

export interface Used<T> extends Known<T> {
  readonly refresh: () => void;
  /** Whether what is shown is of an earlier question, and its answer has not come yet. */
  readonly isStale: boolean;
}

/**
 * @param key of what is asked: another one is another question, until whose answer the old one's stays
 * @param load as `Resource` has it
 */
export function useResource<T>(
  key: string,
  load: (signal: AbortSignal, before: T | undefined) => Promise<T>,
  { everyMs, on }: Asking = {},
): Used<T> {
  const latest = useRef(load);
  latest.current = load;
  const shown = useRef<T | undefined>(undefined);
  const asked = useRef<Resource<T> | undefined>(undefined);
  const resource = useMemo(() => {
    const made = new Resource<T>((signal, before) => latest.current(signal, before));
    // At once: effects come when the part has been painted, which at the page's start takes as long as the answer.
    void made.refresh();
    asked.current = made;
    return made;
  }, [key]);
  useEffect(() => {
    if (asked.current !== resource) void resource.refresh();
    asked.current = undefined;
    const again = () => {
      if (!document.hidden && !resource.isBusy) void resource.refresh();
    };
    const timer = everyMs === undefined ? undefined : setInterval(again, everyMs);
    document.addEventListener('visibilitychange', again);
    let isFirst = true;
    const leave = on?.subscribe(() => {
      if (!isFirst) again();
      isFirst = false;
    });
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      leave?.();
      resource.stop();
    };
  }, [resource, everyMs, on]);
  const known = resource.known.value;
  if (known.value !== undefined) shown.current = known.value;
  const isStale = known.value === undefined && shown.current !== undefined;
  return { ...known, value: known.value ?? shown.current, isStale, refresh: () => void resource.refresh() };
}
