/** The rollout that is under way, or was last: its steps, what the two releases are like, what it waits for, and steering it. */

import { useSignal } from '@preact/signals';
import { mayDeployTo } from '../../access/session.ts';
import { ask, get } from '../../api/client.ts';
import type { ReleaseFigures, Rollout, RolloutStatus } from '../../api/wire.ts';
import { count, micros, percent } from '../../data/format.ts';
import { live } from '../../data/page.ts';
import { type Used, useResource } from '../../data/use-resource.ts';
import { RolloutBadge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Ago } from '../../parts/time.tsx';
import type { Shown } from './shown.ts';

type Change = 'pause' | 'resume' | 'promote' | 'abort';

const questions: Readonly<Record<Change, string>> = {
  pause: 'It is watched on, and rolled back where it is worse; it goes no further until it is resumed.',
  resume: 'It goes on with the step that it is in.',
  promote: 'It goes to its next step at once, whatever it waits for.',
  abort: 'The old release gets all calls back, at once.',
};

const names: Readonly<Record<Change, string>> = { pause: 'Pause', resume: 'Resume', promote: 'Promote now', abort: 'Abort' };

/** The plugin's last rollout; `null` where it never had one. */
export function useRollout(plugin: string): Used<RolloutStatus | null> {
  return useResource(
    `rollout ${plugin}`,
    async (signal): Promise<RolloutStatus | null> => {
      const { rollouts } = await get<{ rollouts: readonly Rollout[] }>(`/v1/plugins/${plugin}/rollouts`, signal);
      const [last] = rollouts;
      if (last === undefined) return null;
      return (await get<{ rollout: RolloutStatus }>(`/v1/plugins/${plugin}/rollout`, signal)).rollout;
    },
    { everyMs: 3_000, on: live.changed },
  );
}

export const isUnderWay = ({ state }: Pick<RolloutStatus, 'state'>): boolean => state === 'running' || state === 'paused';

interface RolloutProps {
  readonly shown: Shown;
  readonly value: RolloutStatus;
  readonly onChanged: () => void;
}

export function RolloutCard({ shown: { detail, tag }, value, onChanged }: RolloutProps) {
  const { plugin } = detail;
  const asking = useSignal<Change | undefined>(undefined);
  const goesOn = isUnderWay(value);
  const offered: Change[] =
    value.state === 'running' ? ['pause', 'promote', 'abort'] : value.state === 'paused' ? ['resume', 'promote', 'abort'] : [];
  const last = value.decisions.at(-1);
  return (
    <Card
      title={`Rollout of release ${value.release}`}
      about={
        <>
          <RolloutBadge state={value.state} /> {goesOn ? 'begun' : 'ended'} <Ago at={value.endedAt ?? value.startedAt} />
        </>
      }
      end={
        mayDeployTo(plugin)
          ? offered.map((change) => (
              <button key={change} type="button" class="button small" onClick={() => (asking.value = change)}>
                {names[change]}
              </button>
            ))
          : undefined
      }
    >
      <ol class="steps">
        {value.steps.map((step) => {
          const isOver = value.state === 'completed' || step < value.percentage;
          const isNow = goesOn && step === value.percentage;
          return (
            <li key={step} class={isOver ? 'step over' : isNow ? 'step now' : 'step'} aria-current={isNow ? 'step' : undefined}>
              {step}%
            </li>
          );
        })}
      </ol>
      {goesOn && value.waitingFor.length > 0 ? (
        <ul class="secondary" style={{ marginTop: '10px' }}>
          {value.waitingFor.map(({ detail: text }) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : null}
      {!goesOn && last !== undefined && last.reason !== '' ? (
        <p class="secondary" style={{ marginTop: '10px' }}>
          {last.reason}
        </p>
      ) : null}
      {value.health === null ? null : <Figures base={value.health.base} canary={value.health.canary} />}
      {asking.value === undefined ? null : (
        <Confirm
          title={`${names[asking.value]}: rollout of release ${value.release}`}
          action={names[asking.value]}
          isDangerous={asking.value === 'abort'}
          needsReason={asking.value === 'abort'}
          done="Done"
          run={(message) => ask(`/v1/plugins/${plugin}/rollout/${asking.value}`, { method: 'POST', body: { message }, ifMatch: tag })}
          onClose={() => {
            asking.value = undefined;
            onChanged();
          }}
        >
          <p>{questions[asking.value]}</p>
        </Confirm>
      )}
    </Card>
  );
}

function Figures({ base, canary }: { readonly base: ReleaseFigures; readonly canary: ReleaseFigures }) {
  const share = ({ failures, calls }: ReleaseFigures) => (calls === 0 ? '–' : percent(failures / calls));
  const rows: readonly (readonly [string, (figures: ReleaseFigures) => string])[] = [
    ['Calls in this step', ({ calls }) => count(calls)],
    ['Failures', share],
    ['CPU, p99', ({ cpuUs }) => micros(cpuUs.p99)],
    ['Run time, p99', ({ latencyUs }) => micros(latencyUs.p99)],
  ];
  return (
    <table class="table" style={{ marginTop: '10px' }}>
      <thead>
        <tr>
          <th scope="col">In this step</th>
          <th scope="col" class="end">
            Release {base.release}
          </th>
          <th scope="col" class="end">
            Release {canary.release}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, of]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="end">{of(base)}</td>
            <td class="end">{of(canary)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
