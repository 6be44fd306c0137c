/** Who has changed what: every change and every refusal, in a chain in which nothing can be changed unseen. */

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { mayAdminister, reachesAll } from '../../access/session.ts';
import { get, send } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { AuditRow, AuditRows } from '../../api/wire-host.ts';
import { fullTime } from '../../data/format.ts';
import { range, rangeKey, windowNow } from '../../data/page.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icons.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { Either, Empty, Problem } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { query, setQuery } from '../../routes/location.ts';
import { searchOf } from '../../routes/query.ts';
import { attempt } from '../../shell/toasts.ts';
import { AuditDialog } from './audit-dialog.tsx';
import { Chain } from './chain.tsx';

const pageSize = 100;

export function Audit() {
  const { plugin = '', actor = '' } = query.value;
  const asked = () => {
    const { from, to } = windowNow();
    return { plugin, actor, from: String(from), to: range.peek().kind === 'between' ? String(to) : undefined };
  };
  const first = useResource(
    `audit ${plugin} ${actor} ${rangeKey.value}`,
    (signal) => get<AuditRows>(`/v1/audit${searchOf({ ...asked(), limit: String(pageSize) })}`, signal),
    { everyMs: 15_000 },
  );
  const earlier = useSignal<readonly AuditRow[]>([]);
  const next = useSignal<number | null>(null);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const open = useSignal<AuditRow | undefined>(undefined);
  useEffect(() => {
    earlier.value = [];
    next.value = first.value?.next ?? null;
  }, [first.value]);
  const rows = useMemo(() => [...(first.value?.rows ?? []), ...earlier.value], [first.value, earlier.value]);
  if (!mayAdminister.value) {
    return (
      <Empty title="The audit is for those who administer">
        <p>Yours has another scope. Ask an operator.</p>
      </Empty>
    );
  }
  const more = async () => {
    problem.value = undefined;
    try {
      const page = await get<AuditRows>(`/v1/audit${searchOf({ ...asked(), limit: String(pageSize), cursor: String(next.value) })}`);
      earlier.value = [...earlier.value, ...page.rows];
      next.value = page.next;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    }
  };
  const save = () =>
    attempt(
      async () => saveFile('nbox-audit.csv', await (await send(`/v1/audit${searchOf({ ...asked(), format: 'csv' })}`)).text(), 'text/csv'),
      'The audit is saved',
    );
  return (
    <>
      {reachesAll.value ? <Chain /> : null}
      <div class="toolbar">
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Plugin, group or domain"
            placeholder="Plugin, group or domain"
            spellcheck={false}
            value={plugin}
            onChange={(event) => setQuery({ plugin: event.currentTarget.value.trim() })}
          />
        </div>
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="By whom"
            placeholder="By whom"
            spellcheck={false}
            value={actor}
            onChange={(event) => setQuery({ actor: event.currentTarget.value.trim() })}
          />
        </div>
        <button type="button" class="button end" onClick={() => void save()}>
          <Icon name="download" size={14} />
          CSV
        </button>
      </div>
      <Card title="Changes" about="and refusals, the newest first" flush>
        <Either of={first} label="the audit">
          {() =>
            rows.length === 0 ? (
              <Empty title="Nothing was changed in this time">
                <p>Choose a longer time above.</p>
              </Empty>
            ) : (
              <Table label="changes">
                <thead>
                  <tr>
                    <th scope="col">When</th>
                    <th scope="col">Who</th>
                    <th scope="col">What</th>
                    <th scope="col" class="mid">
                      Of
                    </th>
                    <th scope="col" class="mid">
                      From
                    </th>
                    <th scope="col" class="end">
                      Outcome
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.number}>
                      <td class="nowrap number">{fullTime(Date.parse(row.at))}</td>
                      <td>{row.actor}</td>
                      <td>
                        <button type="button" class="link-button mono" onClick={() => (open.value = row)}>
                          {row.method} {row.route}
                        </button>
                      </td>
                      <td class="mid mono">{row.plugin ?? 'host'}</td>
                      <td class="mid mono">{row.address}</td>
                      <td class="end">
                        <Badge tone={row.outcome === 'ok' ? 'ok' : 'bad'}>{row.outcome}</Badge>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            )
          }
        </Either>
      </Card>
      {problem.value === undefined ? null : <Problem problem={problem.value} again={() => void more()} />}
      {next.value === null ? null : (
        <button type="button" class="button" onClick={() => void more()}>
          Load what came earlier
        </button>
      )}
      {open.value === undefined ? null : <AuditDialog row={open.value} onClose={() => (open.value = undefined)} />}
    </>
  );
}
