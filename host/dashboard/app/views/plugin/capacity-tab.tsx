/** What a plugin should have and may take: its hint with the reason, its limits, what is held against it, its budgets. */

import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { mayDeployTo } from '../../access/session.ts';
import { ask, get } from '../../api/client.ts';
import type { Breaker, Budget, Budgets, Hint } from '../../api/wire-host.ts';
import type { UsageRows } from '../../api/wire-usage.ts';
import { bytes, cores, count, micros, plural, rate, seconds } from '../../data/format.ts';
import { limitUses, scopesOf } from '../../data/limits.ts';
import { breakers, live, rangeKey } from '../../data/page.ts';
import { useResource } from '../../data/use-resource.ts';
import { within } from '../../data/windowed.ts';
import { Badge, BreakerBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Command } from '../../parts/copy.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import type { TabProps } from './shown.ts';

export function CapacityTab({ shown: { detail } }: TabProps) {
  const { plugin, manifest } = detail;
  const usage = useResource(
    `limits ${plugin} ${rangeKey.value}`,
    (signal) => within(({ from, to }) => get<UsageRows>(`/v1/plugins/${plugin}/usage?from=${from}&to=${to}`, signal)),
    { everyMs: 30_000 },
  );
  const hint = useResource(`hint ${plugin}`, (signal) => get<Hint>(`/v1/plugins/${plugin}/hint`, signal), { everyMs: 5_000 });
  return (
    <div class="grid two">
      <div class="stack">
        <Card title="Hint" about="executors that it keeps busy">
          <Either of={hint} label="the hint" height={80}>
            {(value) => <HintOf hint={value} />}
          </Either>
        </Card>
        <Card title="Limits" about="and what comes nearest to them in the time shown" flush>
          <Either of={usage} label="limits">
            {({ answer }) => <LimitTable uses={limitUses(manifest.limits, answer.rows[0], hint.value?.concurrency)} />}
          </Either>
        </Card>
      </div>
      <div class="stack">
        <BreakerCard plugin={plugin} />
        <BudgetCard plugin={plugin} />
        <Card title="Manifest">
          <dl class="pairs">
            <dt>Entry</dt>
            <dd class="mono">{manifest.entry}</dd>
            <dt>Lane</dt>
            <dd>{manifest.lane}</dd>
            <dt>Isolation</dt>
            <dd>
              {manifest.isolation === 'shared'
                ? 'shared: a sandbox keeps its modules’ state between calls'
                : 'request: each call starts from the snapshot'}
            </dd>
            <dt>Idempotent</dt>
            <dd>{manifest.idempotent ? 'yes: any call may be run again' : 'no: calls are run again where their method allows it'}</dd>
            <dt>May fetch from</dt>
            <dd>{manifest.egress.length === 0 ? 'nowhere' : manifest.egress.join(', ')}</dd>
            <dt>Code from strings</dt>
            <dd>{manifest.dynamicCode ? 'yes' : 'no'}</dd>
          </dl>
        </Card>
      </div>
    </div>
  );
}

function HintOf({ hint: { wanted, reason, demandCores, cpuCores, concurrency, callsPerSecond, waitUs } }: { readonly hint: Hint }) {
  return (
    <>
      <p style={{ fontSize: 'var(--size-5)', fontWeight: 620 }}>{plural(wanted, 'executor')}</p>
      <p class="secondary">{reason}</p>
      <dl class="pairs number" style={{ marginTop: '12px' }}>
        <dt>Demand</dt>
        <dd>{cores(demandCores)}</dd>
        <dt>Used</dt>
        <dd>{cores(cpuCores)}</dd>
        <dt>Calls</dt>
        <dd>
          {rate(callsPerSecond)}, {count(concurrency)} at once
        </dd>
        <dt>Wait</dt>
        <dd>{micros(waitUs)}</dd>
      </dl>
    </>
  );
}

function BreakerCard({ plugin }: { readonly plugin: string }) {
  const breaker = useResource(`breaker ${plugin}`, (signal) => get<Breaker>(`/v1/plugins/${plugin}/breaker`, signal), {
    everyMs: 5_000,
    on: live.tripped,
  });
  const isAsking = useSignal(false);
  return (
    <Card
      title="Breaker"
      about="what is held against its live release"
      end={
        mayDeployTo(plugin) && breaker.value !== undefined && breaker.value.state !== 'closed' ? (
          <button type="button" class="button small" onClick={() => (isAsking.value = true)}>
            Reset…
          </button>
        ) : undefined
      }
    >
      <Either of={breaker} label="the breaker" height={80}>
        {({ state, trips, successes, kills, refusals, refusedForMs }) => (
          <>
            <p>
              <BreakerBadge state={state} well="closed" />
            </p>
            <dl class="pairs number" style={{ marginTop: '12px' }}>
              <dt>Guard trips in 10 s</dt>
              <dd>
                {count(trips)}, beside {plural(successes, 'call')} that ended well
              </dd>
              <dt>Executors killed in 10 s</dt>
              <dd>{kills}</dd>
              <dt>Refusals of late</dt>
              <dd>
                {refusals}
                {refusedForMs > 0 ? `, refused for ${seconds(Math.ceil(refusedForMs / 1_000))} more` : ''}
              </dd>
            </dl>
          </>
        )}
      </Either>
      {isAsking.value ? (
        <Confirm
          title={`Reset the breaker of ${plugin}`}
          action="Reset it"
          done="Nothing is held against it any more"
          run={async () => {
            await ask(`/v1/plugins/${plugin}/breaker`, { method: 'DELETE' });
            breaker.refresh();
            void breakers.refresh();
          }}
          onClose={() => (isAsking.value = false)}
        >
          <p>Its calls run beside all others again, at once. If it goes on tripping guards, it is slowed again.</p>
        </Confirm>
      ) : null}
    </Card>
  );
}

const near = 0.8;
const over = 0.95;

function LimitTable({ uses }: { readonly uses: ReturnType<typeof limitUses> }) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Limit</th>
          <th scope="col" class="end">
            Used
          </th>
          <th scope="col" class="end">
            Of
          </th>
          <th scope="col" class="mid" style={{ width: '22%' }}>
            <span class="visually-hidden">Share</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {uses.map(({ name, what, limit, used, share }) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {what}
            </th>
            <td class="end">{used ?? <span class="muted">–</span>}</td>
            <td class="end">{limit}</td>
            <td class="mid">
              {share === undefined ? null : (
                <div class="meter">
                  <span class={share >= over ? 'bad' : share >= near ? 'warn' : ''} style={{ width: `${Math.min(100, share * 100)}%` }} />
                </div>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BudgetCard({ plugin }: { readonly plugin: string }) {
  const budgets = useResource('budgets', (signal) => get<Budgets>('/v1/budgets', signal), { everyMs: 15_000 });
  const scopes = useMemo(() => new Set(scopesOf(plugin)), [plugin]);
  return (
    <Card title="Budgets" about="of the plugin, its group and its domain" flush>
      <Either of={budgets} label="budgets">
        {({ budgets: all }) => {
          const own = all.filter(({ scope }) => scopes.has(scope));
          return own.length === 0 ? (
            <Empty title="No budget bounds it" small>
              <Command text={`nbox budgets set ${plugin} --window 1d --cpu-seconds 3600`} />
            </Empty>
          ) : (
            <ul class="list">
              {own.map((budget) => (
                <BudgetRow key={budget.scope} budget={budget} />
              ))}
            </ul>
          );
        }}
      </Either>
    </Card>
  );
}

function BudgetRow({ budget: { scope, window, mode, state, calls, cpuSeconds, memoryBytes, used } }: { readonly budget: Budget }) {
  const parts = [
    ...(calls === null ? [] : [{ name: 'calls', text: `${count(used.calls)} of ${count(calls)} calls`, share: used.calls / calls }]),
    ...(cpuSeconds === null
      ? []
      : [{ name: 'cpu', text: `${seconds(used.cpuSeconds)} of ${seconds(cpuSeconds)} CPU`, share: used.cpuSeconds / cpuSeconds }]),
    ...(memoryBytes === null
      ? []
      : [{ name: 'memory', text: `${bytes(used.memoryBytes)} of ${bytes(memoryBytes)}`, share: used.memoryBytes / memoryBytes }]),
  ];
  const tone = state === 'exceeded' ? 'bad' : state === 'warned' ? 'warn' : '';
  return (
    <li>
      <div class="grow">
        <div>
          <span class="mono">{scope}</span> <span class="muted">in {window}</span>{' '}
          {mode === 'hard' ? <Badge title="Calls beyond it are refused">hard</Badge> : null}{' '}
          {state === 'ok' ? null : <Badge tone={state === 'exceeded' ? 'bad' : 'warn'}>{state}</Badge>}
        </div>
        {parts.map(({ name, text, share }) => (
          <div key={name} style={{ marginTop: '5px' }}>
            <div class="sub number">{text}</div>
            <div class="meter">
              <span class={tone} style={{ width: `${Math.min(100, share * 100)}%` }} />
            </div>
          </div>
        ))}
      </div>
    </li>
  );
}
