/** Calls that failed of late: what was asked, where it ended, and running it again. */

import { useSignal } from '@preact/signals';
import { mayDeployTo } from '../../access/session.ts';
import { ask, get } from '../../api/client.ts';
import type { Failure } from '../../api/wire.ts';
import { live } from '../../data/page.ts';
import { isTrip } from '../../data/trips.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Icon } from '../../parts/icons.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { query, setQuery } from '../../routes/location.ts';
import { attempt } from '../../shell/toasts.ts';
import { FailureDialog } from './failure-dialog.tsx';
import type { TabProps } from './shown.ts';

export function FailuresTab({ shown: { detail } }: TabProps) {
  const { plugin } = detail;
  const failures = useResource(
    `failures ${plugin}`,
    (signal) => get<{ failures: readonly Failure[] }>(`/v1/plugins/${plugin}/failures`, signal).then((answer) => answer.failures),
    {
      everyMs: 10_000,
      on: live.tripped,
    },
  );
  const keeping = useSignal<Failure | undefined>(undefined);
  const open = (failures.value ?? []).find(({ id }) => id === query.value['call']);
  const drop = (failure: Failure) =>
    attempt(() => ask(`/v1/plugins/${plugin}/failures/${failure.id}`, { method: 'DELETE' }), 'The failure is kept no longer').then(
      failures.refresh,
    );
  return (
    <Card title="Failed calls" about="the last ones, and those that somebody has kept" flush>
      <Either of={failures} label="failed calls">
        {(list) =>
          list.length === 0 ? (
            <Empty title="No failed call is on record">
              <p>
                The next call that fails is kept here with its request and all it was given, secrets made unreadable, to be run again on any
                release.
              </p>
            </Empty>
          ) : (
            <Table label="failed calls">
              <thead>
                <tr>
                  <th scope="col">Request</th>
                  <th scope="col">Ended by</th>
                  <th scope="col" class="mid">
                    Where
                  </th>
                  <th scope="col" class="low">
                    Says
                  </th>
                  <th scope="col" class="end">
                    When
                  </th>
                  <th scope="col" class="end">
                    <span class="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((failure) => (
                  <Row
                    key={failure.id}
                    {...{ plugin, failure }}
                    onKeep={() => (keeping.value = failure)}
                    onDrop={() => void drop(failure)}
                  />
                ))}
              </tbody>
            </Table>
          )
        }
      </Either>
      {open === undefined ? null : <FailureDialog plugin={plugin} failure={open} onClose={() => setQuery({ call: undefined })} />}
      {keeping.value === undefined ? null : (
        <Confirm
          title="Keep this failure"
          action="Keep it"
          done="The failure is kept"
          run={async (message) => {
            await ask(`/v1/plugins/${plugin}/failures/${keeping.value?.id}/keep`, { method: 'POST', body: { message } });
            failures.refresh();
          }}
          onClose={() => (keeping.value = undefined)}
        >
          <p class="secondary">It outlives the host, and its release keeps its source for as long. A plugin may have 50 of them.</p>
        </Confirm>
      )}
    </Card>
  );
}

interface RowProps {
  readonly plugin: string;
  readonly failure: Failure;
  readonly onKeep: () => void;
  readonly onDrop: () => void;
}

function Row({ plugin, failure, onKeep, onDrop }: RowProps) {
  const { id, request, code, position, release, detail, at, kept } = failure;
  return (
    <tr>
      <td>
        <button type="button" class="link-button mono ellipsis" onClick={() => setQuery({ call: id })}>
          {request}
        </button>
      </td>
      <td class="nowrap">
        <Badge tone={isTrip(code) ? 'warn' : 'bad'}>{code}</Badge> <span class="muted">r{release}</span>
      </td>
      <td class="mid nowrap">
        {position === null ? <span class="muted">not known</span> : <PlaceLink {...{ plugin, release, position }} />}
      </td>
      <td class="low wrap secondary">{detail}</td>
      <td class="end">
        {kept === null ? null : (
          <>
            <Badge tone="accent" title={`By ${kept.actor}${kept.message === '' ? '' : `: ${kept.message}`}`}>
              kept
            </Badge>{' '}
          </>
        )}
        <Ago at={at} />
      </td>
      <td class="end">
        {!mayDeployTo(plugin) ? null : kept === null ? (
          <button type="button" class="button small quiet" onClick={onKeep}>
            Keep
          </button>
        ) : (
          <button type="button" class="button small quiet icon" aria-label="Keep no longer" title="Keep no longer" onClick={onDrop}>
            <Icon name="trash" />
          </button>
        )}
      </td>
    </tr>
  );
}
