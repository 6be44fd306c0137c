/** Two releases part the calls: how, and a slider that changes it. */

import { useSignal } from '@preact/signals';
import { mayDeployTo } from '../../access/session.ts';
import { ask } from '../../api/client.ts';
import { nearestStop, sharesFor, stops } from '../../data/shares.ts';
import { Card } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import type { Shown } from './shown.ts';

export function SplitCard({ shown: { detail, tag }, onChanged }: { readonly shown: Shown; readonly onChanged: () => void }) {
  const { plugin, deployment } = detail;
  // The newer one is what is tried.
  const [base, canary] = [...deployment.releases].sort((a, b) => a.number - b.number);
  const stop = useSignal(nearestStop(canary?.percentage ?? 0));
  const isAsking = useSignal(false);
  if (base === undefined || canary === undefined) return null;
  const percentage = stops[stop.value] as number;
  const isChanged = percentage !== canary.percentage && stop.value !== nearestStop(canary.percentage);
  return (
    <Card
      title="Two releases part the calls"
      about={`release ${base.number} has ${base.percentage}%, release ${canary.number} has ${canary.percentage}%`}
    >
      <div class="meter" role="img" aria-label={`Release ${canary.number} has ${canary.percentage}% of the calls`}>
        <span style={{ width: `${canary.percentage}%` }} />
      </div>
      {mayDeployTo(plugin) ? (
        <div class="toolbar" style={{ marginTop: '12px' }}>
          <label for="split" class="secondary nowrap">
            Release {canary.number}: <strong class="number">{isChanged ? percentage : canary.percentage}%</strong>
          </label>
          <input
            id="split"
            class="slider"
            style={{ flex: '1 1 200px' }}
            type="range"
            min={0}
            max={stops.length - 1}
            value={stop.value}
            aria-valuetext={`${percentage}%`}
            onInput={(event) => (stop.value = Number(event.currentTarget.value))}
          />
          <button type="button" class="button primary" disabled={!isChanged} onClick={() => (isAsking.value = true)}>
            Change…
          </button>
        </div>
      ) : null}
      {isAsking.value ? (
        <Confirm
          title={`Change how ${plugin}’s calls are parted`}
          action={`Give release ${canary.number} ${percentage}%`}
          done="The calls are parted anew"
          run={(message) =>
            ask(`/v1/plugins/${plugin}/deployments`, {
              method: 'POST',
              body: { releases: sharesFor(base.number, canary.number, percentage), message },
              ifMatch: tag,
            })
          }
          onClose={() => {
            isAsking.value = false;
            onChanged();
          }}
        >
          <p>
            Release {canary.number} has {canary.percentage}% of the calls now. After this it has <strong>{percentage}%</strong>, and release{' '}
            {base.number} has <strong>{Math.round((100 - percentage) * 100) / 100}%</strong>.
          </p>
        </Confirm>
      ) : null}
    </Card>
  );
}
