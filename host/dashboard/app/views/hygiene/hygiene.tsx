/** What of the plugins wants a look: growth, dearer releases, interfaces that nobody uses, and who calls the others. */

import type { ComponentChildren } from 'preact';
import { get } from '../../api/client.ts';
import type { Hygiene as Report } from '../../api/wire-host.ts';
import { count, micros, shortTime } from '../../data/format.ts';
import { useResource } from '../../data/use-resource.ts';
import { Card } from '../../parts/card.tsx';
import { PluginLink } from '../../parts/plugin-id.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { query, setQuery } from '../../routes/location.ts';

const everyMs = 300_000;
const dayChoices = ['7', '30', '90', '365'] as const;
const mostRows = 30;

export function Hygiene() {
  const days = dayChoices.find((one) => one === query.value['days']) ?? '30';
  const report = useResource(`hygiene ${days}`, (signal) => get<Report>(`/v1/hygiene?days=${days}`, signal), { everyMs });
  return (
    <Either of={report} label="hygiene" height={400}>
      {({ growth, costRises, unused, callers, notJudged }) => (
        <>
          <div class="grid two">
            <Card title="Growth" about="the last whole hour against the same hour of the days before" flush>
              {growth === null ? (
                <NotJudged why={notJudged.find(({ rows }) => rows === 'growth')?.why} />
              ) : (
                <Rows empty="No plugin grows abnormally" heads={['Plugin', 'Hour', 'Usual', 'Do']} name="Growth">
                  {growth.slice(0, mostRows).map((row) => (
                    <tr key={`${row.plugin} ${row.metric}`}>
                      <td>
                        <PluginLink plugin={row.plugin} />
                        <div class="sub muted">{shortTime(Date.parse(row.hour))}</div>
                      </td>
                      <td class="number nowrap">{row.metric === 'calls' ? `${count(row.value)} calls` : `${micros(row.value)} CPU`}</td>
                      <td class="number nowrap">{row.metric === 'calls' ? count(row.usual) : micros(row.usual)}</td>
                      <td class="wrap secondary">{row.do}</td>
                    </tr>
                  ))}
                </Rows>
              )}
            </Card>
            <Card title="Dearer releases" about="CPU of a call, by the hours of two weeks" flush>
              {costRises === null ? (
                <NotJudged why={notJudged.find(({ rows }) => rows === 'costRises')?.why} />
              ) : (
                <Rows empty="No release has made calls dearer" heads={['Plugin', 'Before', 'After', 'Do']} name="Dearer releases">
                  {costRises.slice(0, mostRows).map((row) => (
                    <tr key={`${row.plugin} ${row.release}`}>
                      <td>
                        <PluginLink plugin={row.plugin} tab="releases" />
                        <div class="sub muted">
                          release {row.release}, against {row.base}
                        </div>
                      </td>
                      <td class="number nowrap">{micros(row.beforeUs)}</td>
                      <td class="number nowrap">{micros(row.afterUs)}</td>
                      <td class="wrap secondary">{row.do}</td>
                    </tr>
                  ))}
                </Rows>
              )}
            </Card>
          </div>
          <Card
            title="Unused interfaces"
            about="of what is live"
            end={
              <select
                class="select"
                aria-label="Unused for"
                value={days}
                onChange={(event) => setQuery({ days: event.currentTarget.value === '30' ? undefined : event.currentTarget.value })}
              >
                {dayChoices.map((one) => (
                  <option key={one} value={one}>
                    for {one} days
                  </option>
                ))}
              </select>
            }
            flush
          >
            <Rows empty="Everything that is live is used" heads={['Plugin', 'Interface', 'Last used', 'Do']} name="Unused interfaces">
              {unused.slice(0, mostRows).map((row) => (
                <tr key={`${row.plugin} ${row.interface}`}>
                  <td>
                    <PluginLink plugin={row.plugin} />
                  </td>
                  <td class="mono">{row.interface}</td>
                  <td class="nowrap">{row.usedAt === null ? 'never' : <Ago at={row.usedAt} />}</td>
                  <td class="wrap secondary">{row.do}</td>
                </tr>
              ))}
            </Rows>
          </Card>
          <Card title="Callers" about="of the interfaces that are called most" flush>
            <Rows empty="Nobody has called anything yet" heads={['Plugin', 'Interface', 'Calls', 'By whom']} name="Callers">
              {callers.slice(0, mostRows).map((row) => (
                <tr key={`${row.plugin} ${row.interface}`}>
                  <td>
                    <PluginLink plugin={row.plugin} />
                  </td>
                  <td class="mono">{row.interface}</td>
                  <td class="number nowrap">{count(row.calls)}</td>
                  <td class="wrap secondary">
                    {[
                      ...row.callers.slice(0, 5).map(({ name, count: calls }) => `${name} (${count(calls)})`),
                      ...(row.unnamedCalls > 0 ? [`without a name (${count(row.unnamedCalls)})`] : []),
                    ].join(', ')}
                  </td>
                </tr>
              ))}
            </Rows>
          </Card>
        </>
      )}
    </Either>
  );
}

function NotJudged({ why }: { readonly why: string | undefined }) {
  return (
    <Empty title="It cannot be judged yet" small>
      <p>{why ?? 'The host keeps no hourly sums.'}</p>
    </Empty>
  );
}

interface RowsProps {
  readonly empty: string;
  readonly name: string;
  readonly heads: readonly string[];
  readonly children: readonly ComponentChildren[];
}

function Rows({ empty, name, heads, children }: RowsProps) {
  if (children.length === 0) return <Empty title={empty} small />;
  return (
    <Table label={name.toLowerCase()}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </Table>
  );
}
