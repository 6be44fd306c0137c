/** The table of plugins: only the rows that can be seen are drawn, however many there are. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { bytes, count, micros, percent, rate, seconds } from '../../data/format.ts';
import { type PluginRow, type Sort, type SortKey, sortedBy, textOfSort } from '../../data/plugin-rows.ts';
import { scrollFor, windowed } from '../../data/window.ts';
import { Badge, BreakerBadge } from '../../parts/badge.tsx';
import { Icon } from '../../parts/icons.tsx';
import { PluginLink } from '../../parts/plugin-id.tsx';
import { Spark } from '../../parts/spark.tsx';
import { setQuery } from '../../routes/location.ts';

interface Column {
  readonly name: string;
  readonly title?: string;
  readonly sort?: SortKey;
  /** In px; what is left is the first column's. */
  readonly width?: number;
  readonly isNumber?: boolean;
  /** Which go first where there is no room. */
  readonly rank?: 'mid' | 'low';
  readonly cell: (row: PluginRow) => ComponentChildren;
}

const dash = <span class="muted">–</span>;

const columns: readonly Column[] = [
  { name: 'Plugin', sort: 'plugin', cell: (row) => <Named row={row} /> },
  { name: 'State', sort: 'state', width: 116, rank: 'mid', cell: (row) => <State row={row} /> },
  {
    ...{ name: 'Last hour', title: 'Calls in each minute of the last hour', width: 112, rank: 'mid' },
    cell: ({ spark, plugin }) => <Spark values={spark} label={`Calls of ${plugin} in the last hour`} />,
  },
  {
    name: 'Calls/s',
    sort: 'callsPerSecond',
    width: 72,
    isNumber: true,
    cell: (row) => (row.callsPerSecond === 0 ? dash : count(row.callsPerSecond)),
  },
  {
    name: 'Errors',
    title: 'Of its calls, those that failed',
    sort: 'errors',
    width: 76,
    isNumber: true,
    cell: (row) => <Errors row={row} />,
  },
  {
    ...{ name: 'p99', title: 'Run time that 99% of its calls do not exceed', sort: 'p99Us', width: 82, isNumber: true, rank: 'mid' },
    cell: (row) => (row.p99Us === 0 ? dash : micros(row.p99Us)),
  },
  {
    ...{
      name: 'Wait p99',
      title: 'Wait for an executor that 99% of its calls do not exceed',
      sort: 'waitP99Us',
      width: 88,
      isNumber: true,
      rank: 'low',
    },
    cell: (row) => (row.waitP99Us === 0 ? dash : micros(row.waitP99Us)),
  },
  {
    ...{
      name: 'CPU',
      title: 'As the operating system has counted it, in thousandths of a core',
      sort: 'cores',
      width: 76,
      isNumber: true,
      rank: 'mid',
    },
    cell: (row) => (row.cores === 0 ? dash : `${count(row.cores * 1_000)}\u202fm`),
  },
  {
    ...{ name: 'Memory', title: 'What its sandboxes take', sort: 'memoryBytes', width: 86, isNumber: true, rank: 'mid' },
    cell: (row) => (row.memoryBytes === 0 ? dash : bytes(row.memoryBytes)),
  },
  {
    ...{ name: 'CPU/call', title: 'What a call costs', sort: 'costUs', width: 82, isNumber: true, rank: 'mid' },
    cell: (row) => (row.costUs === 0 ? dash : micros(row.costUs)),
  },
  {
    ...{ name: 'Hint', title: 'Executors that it should have', sort: 'hint', width: 62, isNumber: true, rank: 'mid' },
    cell: ({ hint }) => hint ?? dash,
  },
] as const;

const rowPx = 46;
/** Below it rows are higher, to be hit by a thumb. */
const phonePx = 760;
const phoneRowPx = 52;

export function PluginTable({ rows, sort }: { readonly rows: readonly PluginRow[]; readonly sort: Sort }) {
  const wrap = useRef<HTMLElement>(null);
  const scrolled = useSignal(0);
  const height = useSignal(800);
  const rowHeight = useSignal(window.innerWidth <= phonePx ? phoneRowPx : rowPx);
  useEffect(() => {
    const { current } = wrap;
    if (current === null) return;
    const observer = new ResizeObserver(() => {
      height.value = current.clientHeight;
      rowHeight.value = window.innerWidth <= phonePx ? phoneRowPx : rowPx;
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const { first, end } = windowed(rows.length, rowHeight.value, scrolled.value, height.value);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-row]') : null;
    if (row === null || wrap.current === null) return;
    event.preventDefault();
    const next = Number(row.dataset['row']) + (event.key === 'ArrowDown' ? 1 : -1);
    if (next < 0 || next >= rows.length) return;
    const to = scrollFor(next, rowHeight.value, wrap.current.scrollTop, wrap.current.clientHeight - rowHeight.value);
    if (to !== undefined) wrap.current.scrollTop = to;
    requestAnimationFrame(() => wrap.current?.querySelector<HTMLElement>(`tr[data-row="${next}"] a`)?.focus({ preventScroll: true }));
  };
  return (
    <section
      ref={wrap}
      class="table-wrap"
      tabIndex={0}
      aria-label="Table: plugins"
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        scrolled.value = event.currentTarget.scrollTop;
      }}
    >
      <table class="table fixed" aria-rowcount={rows.length + 1}>
        <caption class="visually-hidden">Plugins</caption>
        <colgroup>
          {columns.map(({ name, width, rank }) => (
            <col key={name} class={rank} style={width === undefined ? {} : { width: `${width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column.name} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} px={rowHeight.value} />
          {rows.slice(first, end).map((row, i) => (
            <Row key={row.plugin} row={row} index={first + i} />
          ))}
          <Spacer rows={rows.length - end} px={rowHeight.value} />
        </tbody>
      </table>
    </section>
  );
}

function Head({ column: { name, title, sort: key, isNumber = false, rank }, sort }: { readonly column: Column; readonly sort: Sort }) {
  const isOn = key !== undefined && sort.key === key;
  return (
    <th
      scope="col"
      class={[rank, isNumber ? 'end' : ''].filter(Boolean).join(' ')}
      title={title}
      aria-sort={isOn ? (sort.isDown ? 'descending' : 'ascending') : undefined}
    >
      {key === undefined ? (
        name
      ) : (
        <button type="button" class={isOn ? 'sort on' : 'sort'} onClick={() => setQuery({ sort: textOfSort(sortedBy(sort, key)) })}>
          {name}
          {isOn ? <Icon name={sort.isDown ? 'down' : 'up'} size={12} /> : null}
        </button>
      )}
    </th>
  );
}

function Row({ row, index }: { readonly row: PluginRow; readonly index: number }) {
  return (
    <tr data-row={index} aria-rowindex={index + 2}>
      {columns.map(({ name, isNumber = false, rank, cell }) => (
        <td key={name} class={[rank, isNumber ? 'end' : ''].filter(Boolean).join(' ')}>
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

function Spacer({ rows, px }: { readonly rows: number; readonly px: number }) {
  return rows <= 0 ? null : (
    <tr class="spacer" aria-hidden="true">
      <td style={{ height: `${rows * px}px` }} />
    </tr>
  );
}

function Named({ row: { plugin, owner, state, canary } }: { readonly row: PluginRow }) {
  // Where there is no room for the column that says it.
  const held = state !== 'closed' ? state : canary === undefined ? '' : `canary ${canary.percentage}%`;
  return (
    <div class="named">
      <PluginLink plugin={plugin} />
      <div class="sub ellipsis">
        {held === '' ? null : <strong class="only-phone">{held} ·&nbsp;</strong>}
        {owner === '' ? 'no owner' : owner}
      </div>
    </div>
  );
}

function State({ row: { state, canary, release } }: { readonly row: PluginRow }) {
  if (state !== 'closed') return <BreakerBadge state={state} />;
  if (canary !== undefined) {
    return (
      <Badge tone="accent" title={`Release ${canary.number} has ${canary.percentage}% of the calls, release ${release} the others`}>
        canary {canary.percentage}%
      </Badge>
    );
  }
  return (
    <span class="live-release" title="Nothing is held against it">
      <span class="dot ok" />r{release}
    </span>
  );
}

function Errors({ row: { errors, failuresPerSecond } }: { readonly row: PluginRow }) {
  if (failuresPerSecond === 0) return dash;
  return (
    <span style={{ color: 'var(--bad)', fontWeight: 600 }} title={`${rate(failuresPerSecond)}, one each ${seconds(1 / failuresPerSecond)}`}>
      {percent(errors)}
    </span>
  );
}
