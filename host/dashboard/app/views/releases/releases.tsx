/** What was deployed and removed on the whole host: by whom, why, and when. */

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { Change, Changes } from '../../api/wire.ts';
import { fullTime } from '../../data/format.ts';
import { live } from '../../data/page.ts';
import { useResource } from '../../data/use-resource.ts';
import { Card } from '../../parts/card.tsx';
import { ChangeRow } from '../../parts/change-row.tsx';
import { Command } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Either, Empty, Problem } from '../../parts/states.tsx';
import { query, setQuery } from '../../routes/location.ts';
import { byDay, matchesChange } from './by-day.ts';

const pageSize = 100;

export function Releases() {
  const { q = '' } = query.value;
  const first = useResource('changes', (signal) => get<Changes>(`/v1/deployments?limit=${pageSize}`, signal), { on: live.changed });
  const earlier = useSignal<readonly Change[]>([]);
  const next = useSignal<number | null>(null);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const isBusy = useSignal(false);
  // A new first page may leave a hole before what was loaded of earlier ones: they are loaded anew.
  useEffect(() => {
    earlier.value = [];
    next.value = first.value?.next ?? null;
  }, [first.value]);
  const more = async () => {
    if (next.value === null) return;
    isBusy.value = true;
    problem.value = undefined;
    try {
      const page = await get<Changes>(`/v1/deployments?limit=${pageSize}&before=${next.value}`);
      earlier.value = [...earlier.value, ...page.changes];
      next.value = page.next;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    } finally {
      isBusy.value = false;
    }
  };
  const all = useMemo(() => [...(first.value?.changes ?? []), ...earlier.value], [first.value, earlier.value]);
  const days = useMemo(() => byDay(all.filter((change) => matchesChange(change, q))), [all, q]);
  return (
    <>
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Search changes"
            placeholder="Search by plugin, person, reason or cause"
            spellcheck={false}
            value={q}
            onInput={(event) => setQuery({ q: event.currentTarget.value })}
          />
        </div>
        <span class="end muted number" role="status">
          {all.length} loaded
        </span>
      </div>
      <Either of={first} label="changes" height={300}>
        {() =>
          all.length === 0 ? (
            <Empty title="Nothing was published yet">
              <Command text="nbox push <dir>" />
            </Empty>
          ) : days.length === 0 ? (
            <Empty title="None of what is loaded is like that">
              <p>Load what came earlier, or search for something else.</p>
            </Empty>
          ) : (
            days.map(({ day, changes }) => (
              <Card key={day} title={fullTime(day).split(',')[0] ?? ''} flush>
                <ul class="list">
                  {changes.map((change) => (
                    <ChangeRow key={change.change} change={change} />
                  ))}
                </ul>
              </Card>
            ))
          )
        }
      </Either>
      {problem.value === undefined ? null : <Problem problem={problem.value} again={() => void more()} />}
      {next.value === null ? null : (
        <button type="button" class="button" disabled={isBusy.value} onClick={() => void more()}>
          {isBusy.value ? 'Loading…' : 'Load what came earlier'}
        </button>
      )}
    </>
  );
}
