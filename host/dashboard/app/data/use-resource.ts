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
  const resource = useMemo(() => new Resource<T>((signal, before) => latest.current(signal, before)), [key]);
  useEffect(() => {
    void resource.refresh();
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
