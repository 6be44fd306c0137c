/** Making a token: what it may, for whom, and until when; and then the one time that it is seen. */

import { useSignal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { Token } from '../../api/wire-host.ts';
import { Command } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Problem } from '../../parts/states.tsx';

const scopes = [
  { value: 'read', name: 'Read' },
  { value: 'deploy', name: 'Deploy' },
  { value: 'admin', name: 'Administer' },
] as const;

const what = {
  read: 'Looks at everything within its reach, and changes nothing.',
  deploy: 'Pushes, deploys, rolls back and runs plugins within its reach.',
  admin: 'All of that, and what cannot be taken back: removals, budgets, tokens, exports.',
} as const;

const days = [7, 30, 90, 365] as const;
const dayMs = 86_400_000;

export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const name = useSignal('');
  const scope = useSignal<Token['scope']>('deploy');
  const reach = useSignal('*');
  const ends = useSignal<number | undefined>(90);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const made = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    problem.value = undefined;
    try {
      const expiresAt = ends.value === undefined ? null : new Date(Date.now() + ends.value * dayMs).toISOString();
      const body = { name: name.value.trim(), scope: scope.value, reach: reach.value.trim() || '*', expiresAt };
      made.value = (await ask<Token & { token: string }>('/v1/tokens', { method: 'POST', body })).value.token;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    } finally {
      isBusy.value = false;
    }
  };
  if (made.value !== undefined) {
    return (
      <Dialog title={`The token ${name.value}`} onClose={onClose}>
        <p>
          <strong>Copy it now.</strong> It is shown this once: the host keeps no more than its hash.
        </p>
        <Command text={made.value} />
        <div class="confirm-foot">
          <button type="button" class="button primary" onClick={onClose}>
            I have it
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <form class="confirm" onSubmit={(event) => void submit(event)}>
        <div class="field">
          <label for="token-name">Name</label>
          <input
            id="token-name"
            class="input"
            required
            maxLength={63}
            placeholder="anna, or ci-shop"
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
          <span class="help">Stands in the history of what it changes.</span>
        </div>
        <div class="field">
          <span class="label">Scope</span>
          <div>
            <Segments label="Scope" options={scopes} value={scope.value} onChange={(value) => (scope.value = value)} />
          </div>
          <span class="help">{what[scope.value]}</span>
        </div>
        <div class="field">
          <label for="token-reach">Reach</label>
          <input
            id="token-reach"
            class="input mono"
            required
            value={reach.value}
            onInput={(event) => (reach.value = event.currentTarget.value)}
          />
          <span class="help">* is everything; shop a domain, shop/detail a group, shop/detail/price a plugin.</span>
        </div>
        <div class="field">
          <label for="token-ends">Ends</label>
          <select
            id="token-ends"
            class="select"
            value={ends.value ?? ''}
            onChange={(event) => (ends.value = event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value))}
          >
            {days.map((one) => (
              <option key={one} value={one}>
                after {one} days
              </option>
            ))}
            <option value="">never</option>
          </select>
        </div>
        {problem.value === undefined ? null : <Problem problem={problem.value} />}
        <div class="confirm-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={isBusy.value || name.value.trim() === ''}>
            Make it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
