/** Giving a release calls: all at once, a part of them, or more and more while it is no worse. */

import { useSignal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { nearestStop, sharesFor, stops } from '../../data/shares.ts';
import { sharesOf } from '../../parts/change-row.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Segments } from '../../parts/segments.tsx';
import { ReleaseDiffOf } from './diff-dialog.tsx';
import type { Shown } from './shown.ts';

type How = 'all' | 'canary' | 'rollout';

const ways = [
  { value: 'all', name: 'All at once' },
  { value: 'canary', name: 'Canary' },
  { value: 'rollout', name: 'Rollout' },
] as const;

export interface DeployProps {
  readonly shown: Shown;
  readonly release: number;
  readonly onClose: () => void;
}

export function DeployDialog({ shown: { detail, tag }, release, onClose }: DeployProps) {
  const { plugin, deployment } = detail;
  const main = deployment.releases.find(({ number }) => number !== release)?.number ?? release;
  const how = useSignal<How>('all');
  const stop = useSignal(nearestStop(5));
  const percentage = stops[stop.value] as number;
  const run = (message: string) => {
    if (how.value === 'rollout') return ask(`/v1/plugins/${plugin}/rollout`, { method: 'POST', body: { release, message }, ifMatch: tag });
    const releases = how.value === 'all' ? [{ number: release, percentage: 100 }] : sharesFor(main, release, percentage);
    return ask(`/v1/plugins/${plugin}/deployments`, { method: 'POST', body: { releases, message }, ifMatch: tag });
  };
  return (
    <Confirm
      title={`Deploy release ${release} of ${plugin}`}
      action={how.value === 'rollout' ? 'Start the rollout' : 'Deploy'}
      isWide
      done={
        how.value === 'rollout' ? `The rollout of release ${release} of ${plugin} has begun` : `Release ${release} of ${plugin} is deployed`
      }
      run={run}
      onClose={onClose}
    >
      <Segments label="How" options={ways} value={how.value} onChange={(value) => (how.value = value)} />
      {how.value === 'canary' ? (
        <div class="field">
          <label for="deploy-part">
            Release {release} gets {percentage}% of the calls, release {main} the others
          </label>
          <input
            id="deploy-part"
            class="slider"
            type="range"
            min={1}
            max={stops.length - 2}
            value={stop.value}
            aria-valuetext={`${percentage}%`}
            onInput={(event) => (stop.value = Number(event.currentTarget.value))}
          />
        </div>
      ) : null}
      <p>
        Live now: <strong>{sharesOf(deployment.releases)}</strong>.{' '}
        {how.value === 'rollout'
          ? `After this release ${release} gets 1%, 10%, 50% and then all of the calls, while its failures, CPU and latency are no worse; where they are, it is rolled back by itself.`
          : `After this: ${sharesOf(how.value === 'all' ? [{ number: release, percentage: 100 }] : sharesFor(main, release, percentage))}.`}
      </p>
      {main === release ? null : <ReleaseDiffOf plugin={plugin} release={release} against={main} />}
    </Confirm>
  );
}
