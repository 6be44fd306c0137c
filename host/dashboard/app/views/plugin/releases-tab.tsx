/** A plugin's releases: what is live of them, the rollout that is under way, what each changed, and changing what is live. */

import { useSignal } from '@preact/signals';
import { mayDeployTo } from '../../access/session.ts';
import { get } from '../../api/client.ts';
import type { Deployment, Release } from '../../api/wire.ts';
import { bytes } from '../../data/format.ts';
import { live } from '../../data/page.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { sharesOf } from '../../parts/change-row.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { href, query, setQuery } from '../../routes/location.ts';
import { DeployDialog } from './deploy-dialog.tsx';
import { DiffDialog } from './diff-dialog.tsx';
import { RollbackDialog } from './rollback-dialog.tsx';
import { isUnderWay, RolloutCard, useRollout } from './rollout-card.tsx';
import type { TabProps } from './shown.ts';
import { SplitCard } from './split-card.tsx';

type Open = { readonly kind: 'rollback' } | { readonly kind: 'deploy'; readonly release: number };

export function ReleasesTab({ shown, refresh }: TabProps) {
  const { plugin } = shown.detail;
  const releases = useResource(
    `releases ${plugin}`,
    (signal) => get<{ releases: readonly Release[] }>(`/v1/plugins/${plugin}/releases`, signal).then((answer) => answer.releases),
    {
      on: live.changed,
    },
  );
  const history = useResource(
    `deployments ${plugin}`,
    (signal) =>
      get<{ deployments: readonly Deployment[] }>(`/v1/plugins/${plugin}/deployments`, signal).then((answer) => answer.deployments),
    { on: live.changed },
  );
  const rollout = useRollout(plugin);
  const open = useSignal<Open | undefined>(undefined);
  const close = () => {
    open.value = undefined;
    refresh();
    releases.refresh();
    history.refresh();
    rollout.refresh();
  };
  const last = rollout.value ?? undefined;
  // A rollout parts the calls itself, and a change by hand would end it.
  const isSteered = last !== undefined && isUnderWay(last);
  const diffOf = Number(query.value['diff']);
  return (
    <>
      {last === undefined ? null : <RolloutCard shown={shown} value={last} onChanged={close} />}
      {shown.detail.deployment.releases.length === 2 && !isSteered ? <SplitCard shown={shown} onChanged={close} /> : null}
      <Card
        title="Releases"
        about="the newest first"
        end={
          mayDeployTo(plugin) ? (
            <button type="button" class="button" onClick={() => (open.value = { kind: 'rollback' })}>
              <Icon name="back" />
              Roll back
            </button>
          ) : undefined
        }
        flush
      >
        <Either of={releases} label="releases">
          {(list) => <ReleaseTable plugin={plugin} releases={list} onDeploy={(release) => (open.value = { kind: 'deploy', release })} />}
        </Either>
      </Card>
      <Card title="Deployments" about="what was live when, and why" flush>
        <Either of={history} label="deployments">
          {(list) => (
            <ul class="list">
              {list.slice(0, shownDeployments).map((one) => (
                <li key={one.number}>
                  <div class="grow">
                    <div>
                      {sharesOf(one.releases)} <span class="muted">by {one.actor}</span>
                    </div>
                    {one.message === '' ? null : <div class="sub">{one.message}</div>}
                  </div>
                  <Badge tone={one.cause === 'rollback' ? 'warn' : 'plain'}>{one.cause}</Badge>
                  <Ago at={one.createdAt} />
                </li>
              ))}
            </ul>
          )}
        </Either>
      </Card>
      {open.value?.kind === 'rollback' ? <RollbackDialog shown={shown} history={history.value ?? []} onClose={close} /> : null}
      {open.value?.kind === 'deploy' ? <DeployDialog shown={shown} release={open.value.release} onClose={close} /> : null}
      {Number.isInteger(diffOf) && diffOf > 0 ? (
        <DiffDialog
          plugin={plugin}
          release={diffOf}
          against={Number(query.value['against']) || undefined}
          onClose={() => setQuery({ diff: undefined, against: undefined })}
        />
      ) : null}
    </>
  );
}

const shownDeployments = 30;

interface ReleaseTableProps {
  readonly plugin: string;
  readonly releases: readonly Release[];
  readonly onDeploy: (release: number) => void;
}

function ReleaseTable({ plugin, releases, onDeploy }: ReleaseTableProps) {
  if (releases.length === 0) return <Empty title="There are no releases" />;
  return (
    <Table label="releases">
      <thead>
        <tr>
          <th scope="col">Release</th>
          <th scope="col">Live</th>
          <th scope="col">Why</th>
          <th scope="col" class="mid">
            By
          </th>
          <th scope="col" class="low end">
            Source
          </th>
          <th scope="col" class="low">
            Hash
          </th>
          <th scope="col" class="end">
            Published
          </th>
          <th scope="col" class="end">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {releases.map(({ number, percentage, message, actor, sourceBytes, hash, createdAt, kept, typeErrors, live: isLive }, i) => (
          <tr key={number}>
            <td class="number nowrap">
              <strong>{number}</strong> {typeErrors ? <Badge tone="warn">type errors</Badge> : null}
            </td>
            <td>
              {isLive ? (
                <Badge tone="ok">{percentage}%</Badge>
              ) : kept ? (
                <span class="muted">–</span>
              ) : (
                <Badge title="Its source and code were dropped">dropped</Badge>
              )}
            </td>
            <td class="wrap">{message === '' ? <span class="muted">–</span> : message}</td>
            <td class="mid">{actor}</td>
            <td class="low end">{bytes(sourceBytes)}</td>
            <td class="low mono nowrap">
              {hash.slice(0, 10)} <Copy text={hash} what="the hash" />
            </td>
            <td class="end">
              <Ago at={createdAt} />
            </td>
            <td class="end">
              {kept && i < releases.length - 1 ? (
                <button type="button" class="button small quiet" onClick={() => setQuery({ diff: String(number) })}>
                  Diff
                </button>
              ) : null}
              {kept ? (
                <a class="button small quiet not-phone" href={href({ view: 'editor', plugin }, { release: String(number) })}>
                  Source
                </a>
              ) : null}
              {kept && mayDeployTo(plugin) && percentage !== 100 ? (
                <button type="button" class="button small quiet" onClick={() => onDeploy(number)}>
                  Deploy
                </button>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
