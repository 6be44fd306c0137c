/** Every plugin with what it takes: to be sorted, filtered and searched. */

import { useEffect, useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import { getRows } from '../../api/rows.ts';
import type { Hints } from '../../api/wire-host.ts';
import type { UsageRow, UsageSeries } from '../../api/wire-usage.ts';
import { plural } from '../../data/format.ts';
import { breakers, needPlugins, plugins, rangeKey, windowNow } from '../../data/page.ts';
import { filtered, isShown, type PluginRow, rowsOf, type Show, shows, sorted, sortOf } from '../../data/plugin-rows.ts';
import { useResource } from '../../data/use-resource.ts';
import { Command } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Empty, Loading, Problem } from '../../parts/states.tsx';
import { href, query, setQuery } from '../../routes/location.ts';
import { PluginTable } from './plugin-table.tsx';

const usageMs = 10_000;
const slowMs = 60_000;

const showNames: Readonly<Record<Show, string>> = {
  all: 'All',
  failing: 'Failing',
  held: 'Held back',
  canary: 'In two releases',
  idle: 'Idle',
};

const noRows: readonly PluginRow[] = [];

export function Plugins() {
  const { q = '', show: shownText, sort: sortText } = query.value;
  const show = shows.find((one) => one === shownText) ?? 'all';
  const sort = sortOf(sortText);
  useEffect(needPlugins, []);
  const usage = useResource(
    `plugins ${rangeKey.value}`,
    async (signal) => {
      const { from, to } = windowNow();
      const rows = await getRows<UsageRow>(`/v1/usage?from=${from}&to=${to}&group=plugin&format=ndjson`, signal);
      return { rows, seconds: (to - from) / 1_000 };
    },
    { everyMs: usageMs },
  );
  const sparks = useResource(
    'sparks',
    (signal) => get<UsageSeries>('/v1/usage/series?from=-1h&step=1m&values=calls', signal).then(sparksOf),
    { everyMs: slowMs },
  );
  const hints = useResource(
    'hints',
    (signal) =>
      get<Hints>('/v1/hints', signal).then(
        ({ plugins: all }) => all,
        () => ({}),
      ),
    { everyMs: slowMs },
  );
  const { value: list, problem } = plugins.known.value;
  const held = breakers.known.value.value;
  const rows = useMemo(() => {
    if (list === undefined) return noRows;
    return rowsOf({
      plugins: list,
      usage: usage.value?.rows ?? [],
      seconds: usage.value?.seconds ?? 1,
      breakers: held ?? [],
      hints: hints.value ?? {},
      sparks: sparks.value ?? new Map(),
    });
  }, [list, usage.value, held, hints.value, sparks.value]);
  const wanted = useMemo(() => sorted(filtered(rows, { text: q, show }), sort), [rows, q, show, sort.key, sort.isDown]);
  // The same one as before where only a question has begun or ended: it is not gone through again then.
  const table = useMemo(() => <PluginTable rows={wanted} sort={sort} />, [wanted]);
  const counts = useMemo(() => new Map(shows.map((one) => [one, rows.filter((row) => isShown(row, one)).length])), [rows]);
  if (list === undefined)
    return problem === undefined ? (
      <Loading label="plugins" height={400} />
    ) : (
      <Problem problem={problem} again={() => void plugins.refresh()} />
    );
  if (list.length === 0) {
    return (
      <Empty title="There are no plugins yet">
        <p>Push one, and it is live within the second: from a folder, or written here.</p>
        <Command text="nbox push <dir> shop/detail/price" />
        <a class="button primary" href={href({ view: 'editor', plugin: undefined })}>
          Write one here
        </a>
      </Empty>
    );
  }
  return (
    <>
      {usage.problem === undefined ? null : <Problem problem={usage.problem} again={usage.refresh} />}
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Search plugins"
            placeholder="Search by id, owner or description; owner:anna"
            spellcheck={false}
            value={q}
            onInput={(event) => setQuery({ q: event.currentTarget.value })}
          />
        </div>
        <fieldset class="chips" aria-label="Show">
          {shows.map((one) => (
            <button
              key={one}
              type="button"
              class="chip"
              aria-pressed={one === show}
              onClick={() => setQuery({ show: one === 'all' ? undefined : one })}
            >
              {showNames[one]}
              <span class="muted number">{counts.get(one)}</span>
            </button>
          ))}
        </fieldset>
        <span class="end muted number" role="status">
          {wanted.length === rows.length ? plural(rows.length, 'plugin') : `${wanted.length} of ${plural(rows.length, 'plugin')}`}
        </span>
      </div>
      <div class="card plugins-card">
        {wanted.length === 0 ? (
          <Empty title="No plugin is like that">
            <button type="button" class="button" onClick={() => setQuery({ q: undefined, show: undefined })}>
              Show all
            </button>
          </Empty>
        ) : (
          table
        )}
      </div>
    </>
  );
}

function sparksOf({ plugins: all }: UsageSeries): ReadonlyMap<string, readonly number[]> {
  // Without the minute that is not over.
  return new Map(all.map(({ plugin, calls = [] }) => [plugin, calls.slice(0, -1)]));
}
