/** One plugin: what it takes, how it fares, what is live of it, what it says, and what can be done about it. */

import { mayDeployTo } from '../../access/session.ts';
import { ask } from '../../api/client.ts';
import type { PluginDetail } from '../../api/wire.ts';
import { breakers, live } from '../../data/page.ts';
import { type Used, useResource } from '../../data/use-resource.ts';
import { Badge, BreakerBadge } from '../../parts/badge.tsx';
import { sharesOf } from '../../parts/change-row.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Either } from '../../parts/states.tsx';
import { Ago } from '../../parts/time.tsx';
import { href } from '../../routes/location.ts';
import { type PluginTab, pluginTabs } from '../../routes/route.ts';
import { CapacityTab } from './capacity-tab.tsx';
import { FailuresTab } from './failures-tab.tsx';
import { LogsTab } from './logs-tab.tsx';
import { PluginOverview } from './plugin-overview.tsx';
import { ReleasesTab } from './releases-tab.tsx';
import type { Shown } from './shown.ts';

const names: Readonly<Record<PluginTab, string>> = {
  overview: 'Overview',
  releases: 'Releases',
  failures: 'Failures',
  logs: 'Logs',
  capacity: 'Capacity',
};

export function Plugin({ plugin, tab }: { readonly plugin: string; readonly tab: PluginTab }) {
  const shown = useResource(
    plugin,
    async (signal): Promise<Shown> => {
      const { value, tag } = await ask<PluginDetail>(`/v1/plugins/${plugin}`, { signal });
      return { detail: value, tag: tag ?? value.deployment.number };
    },
    { on: live.changed },
  );
  return (
    <>
      <Either of={shown} label={plugin} height={70}>
        {({ detail }) => <Head detail={detail} />}
      </Either>
      <nav class="tabs" aria-label={`Parts of ${plugin}`}>
        {pluginTabs.map((one) => (
          <a key={one} class="tab" href={href({ view: 'plugin', plugin, tab: one })} aria-current={one === tab ? 'page' : undefined}>
            {names[one]}
          </a>
        ))}
      </nav>
      {shown.value === undefined ? null : <Tab tab={tab} shown={shown as Used<Shown> & { readonly value: Shown }} />}
    </>
  );
}

function Tab({ tab, shown: { value, refresh } }: { readonly tab: PluginTab; readonly shown: Used<Shown> & { readonly value: Shown } }) {
  switch (tab) {
    case 'overview':
      return <PluginOverview shown={value} refresh={refresh} />;
    case 'releases':
      return <ReleasesTab shown={value} refresh={refresh} />;
    case 'failures':
      return <FailuresTab shown={value} refresh={refresh} />;
    case 'logs':
      return <LogsTab shown={value} refresh={refresh} />;
    case 'capacity':
      return <CapacityTab shown={value} refresh={refresh} />;
  }
}

function Head({ detail: { plugin, owner, description, deployment, interfaces, manifest } }: { readonly detail: PluginDetail }) {
  const held = (breakers.known.value.value ?? []).find((one) => one.plugin === plugin);
  return (
    <div class="page-head">
      <BreakerBadge state={held?.state ?? 'closed'} />
      <Badge tone={deployment.releases.length > 1 ? 'accent' : 'plain'}>{sharesOf(deployment.releases)}</Badge>
      {manifest.lane === 'standard' ? null : <Badge title="The executors that it runs in">lane {manifest.lane}</Badge>}
      <span class="secondary">
        {owner === '' ? 'no owner' : owner} · {interfaces.join(', ')} · deployed <Ago at={deployment.createdAt} /> by {deployment.actor}
      </span>
      <Copy text={plugin} what="the id" />
      {mayDeployTo(plugin) ? (
        <span class="end">
          <a class="button" href={href({ view: 'editor', plugin })}>
            <Icon name="editor" />
            Edit
          </a>
        </span>
      ) : null}
      {description === '' ? null : (
        <p class="secondary" style={{ flexBasis: '100%' }}>
          {description}
        </p>
      )}
    </div>
  );
}
