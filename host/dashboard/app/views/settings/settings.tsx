/** What the host runs with: every option with its value, to be looked at. Secrets are not in it. */

import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Settings as Answer, Setting } from '../../api/wire-host.ts';
import { bytes, fullTime } from '../../data/format.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { query, setQuery } from '../../routes/location.ts';

export function Settings() {
  const { q = '' } = query.value;
  const settings = useResource('settings', (signal) => get<Answer>('/v1/settings', signal));
  return (
    <Either of={settings} label="settings" height={400}>
      {({ host, settings: all }) => (
        <>
          <Card title="Host">
            <dl class="pairs">
              <dt>Version</dt>
              <dd>
                nbox {host.version}, Node {host.node}
              </dd>
              <dt>Machine</dt>
              <dd>
                {host.platform}, {host.processors} processors, {bytes(host.memoryBytes)}
              </dd>
              <dt>Started</dt>
              <dd>
                {fullTime(Date.parse(host.startedAt))} (<Ago at={host.startedAt} />)
              </dd>
            </dl>
          </Card>
          <div class="toolbar">
            <div class="search">
              <Icon name="search" />
              <input
                class="input"
                type="search"
                aria-label="Search settings"
                placeholder="Search settings"
                spellcheck={false}
                value={q}
                onInput={(event) => setQuery({ q: event.currentTarget.value })}
              />
            </div>
            <span class="muted">Set when the host starts; nothing here changes them.</span>
          </div>
          <Options settings={all} text={q} />
        </>
      )}
    </Either>
  );
}

function Options({ settings, text }: { readonly settings: readonly Setting[]; readonly text: string }) {
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return settings.filter(({ name, flag, variable, what }) => {
      const within = `${name} ${flag ?? ''} ${variable} ${what}`.toLowerCase();
      return words.every((word) => within.includes(word));
    });
  }, [settings, text]);
  if (found.length === 0) return <Empty title="No setting is called like that" />;
  return (
    <div class="card">
      <Table label="settings">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col" class="mid">
              What it is
            </th>
          </tr>
        </thead>
        <tbody>
          {found.map((setting) => (
            <Option key={setting.name} setting={setting} />
          ))}
        </tbody>
      </Table>
    </div>
  );
}

function Option({ setting: { flag, variable, what, values, default: byDefault, secret, value } }: { readonly setting: Setting }) {
  const isDefault = value === byDefault || (value === null && byDefault === 'none');
  return (
    <tr>
      <td class="nowrap">
        <span class="mono">{flag ?? variable}</span> <Copy text={flag ?? variable} what="the name" />
        <div class="sub muted mono">{flag === null ? '' : variable}</div>
      </td>
      <td class="wrap">
        {secret ? (
          <Badge tone={value === null ? 'plain' : 'accent'}>{value === null ? 'not set' : 'set, not shown'}</Badge>
        ) : value === null ? (
          <span class="muted">not set</span>
        ) : (
          <span class="mono">{value}</span>
        )}{' '}
        {isDefault && value !== null ? <span class="muted">default</span> : null}
      </td>
      <td class="mid wrap secondary" title={`It may be ${values}. Default: ${byDefault}`}>
        {what}
      </td>
    </tr>
  );
}
