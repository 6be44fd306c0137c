/** Going back: to what had all calls before, or to another release; with what will be live then in plain sight. */

import { useSignal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import type { Deployment } from '../../api/wire.ts';
import { sharesOf } from '../../parts/change-row.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { ReleaseDiffOf } from './diff-dialog.tsx';
import type { Shown } from './shown.ts';

export interface RollbackProps {
  readonly shown: Shown;
  readonly history: readonly Deployment[];
  readonly onClose: () => void;
}

/** Releases that once had all calls, and do not have them now: the one before first. */
function candidates(history: readonly Deployment[], now: Shown['detail']['deployment']): number[] {
  const wholeOf = ({ releases }: Pick<Deployment, 'releases'>) =>
    releases.filter(({ percentage }) => percentage === 100).map(({ number }) => number);
  const [current] = wholeOf(now);
  const whole = history.flatMap(wholeOf);
  return [...new Set(whole)].filter((number) => number !== current);
}

export function RollbackDialog({ shown: { detail, tag }, history, onClose }: RollbackProps) {
  const { plugin, deployment } = detail;
  const options = candidates(history, deployment);
  const to = useSignal<number | undefined>(options[0]);
  const target = to.value;
  return (
    <Confirm
      title={`Roll ${plugin} back`}
      action={target === undefined ? 'Roll back' : `Make release ${target} live`}
      isDangerous
      isWide
      needsReason
      isBlocked={target === undefined}
      done={`${plugin} is rolled back`}
      run={(message) => ask(`/v1/plugins/${plugin}/rollback`, { method: 'POST', body: { to: target, message }, ifMatch: tag })}
      onClose={onClose}
    >
      {target === undefined ? (
        <p>There is no earlier release to go back to: no other one has ever had all calls.</p>
      ) : (
        <>
          <p>
            Live now: <strong>{sharesOf(deployment.releases)}</strong>. After this: <strong>release {target}</strong>, with all calls, at
            once. Calls under way end where they began.
          </p>
          {options.length > 1 ? (
            <div class="field">
              <label for="rollback-to">Go back to</label>
              <select id="rollback-to" class="select" value={target} onChange={(event) => (to.value = Number(event.currentTarget.value))}>
                {options.map((number) => (
                  <option key={number} value={number}>
                    Release {number}
                  </option>
                ))}
              </select>
            </div>
          ) : null}
          <ReleaseDiffOf plugin={plugin} release={target} against={deployment.releases[0]?.number} />
        </>
      )}
    </Confirm>
  );
}
