/** A change that has to be confirmed: what will be then, why it is done, and that nobody else has changed it meanwhile. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { ApiError, type ProblemDetails } from '../api/problem.ts';
import { say } from '../shell/toasts.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './states.tsx';

export interface ConfirmProps {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isWide?: boolean;
  /** Whether it must be said why. */
  readonly needsReason?: boolean;
  /** Whether it can be said why. */
  readonly hasReason?: boolean;
  /** Whether it cannot be done as things stand. */
  readonly isBlocked?: boolean;
  readonly done: string;
  /** @param reason what was said */
  readonly run: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const mostReason = 500;

export function Confirm(props: ConfirmProps) {
  const {
    title,
    action,
    isDangerous = false,
    isWide = false,
    needsReason = false,
    hasReason = true,
    isBlocked = false,
    done,
    run,
    onClose,
    children,
  } = props;
  const reason = useSignal('');
  const isBusy = useSignal(false);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const isMissing = needsReason && reason.value.trim() === '';
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isMissing || isBlocked || isBusy.value) return;
    isBusy.value = true;
    problem.value = undefined;
    try {
      await run(reason.value.trim());
      say(done);
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose} wide={isWide}>
      <form id="confirm" class="confirm" onSubmit={(event) => void submit(event)}>
        {children}
        {problem.value === undefined ? null : <Problem problem={problem.value} />}
        {hasReason ? (
          <div class="field">
            <label for="confirm-reason">Reason{needsReason ? '' : ' (stays in the history)'}</label>
            <input
              id="confirm-reason"
              class="input"
              maxLength={mostReason}
              required={needsReason}
              placeholder={needsReason ? 'Why is this done? It stays in the history.' : 'Why is this done?'}
              value={reason.value}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
              }}
            />
          </div>
        ) : null}
        <div class="confirm-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={isDangerous ? 'button danger' : 'button primary'} disabled={isMissing || isBlocked || isBusy.value}>
            {isBusy.value ? 'One moment…' : action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
