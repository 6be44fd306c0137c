/** Whether the audit's chain is whole: walked through by the host when it is asked for. */

import { useSignal } from '@preact/signals';
import { get } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import { whole } from '../../data/format.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { Command } from '../../parts/copy.tsx';
import { Problem } from '../../parts/states.tsx';

type Verification =
  | {
      readonly ok: true;
      readonly rows: number;
      readonly dropped: number;
      readonly last: { readonly number: number; readonly hash: string };
    }
  | { readonly ok: false; readonly broken: number; readonly reason: string };

export function Chain() {
  const found = useSignal<Verification | undefined>(undefined);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const isBusy = useSignal(false);
  const verify = async () => {
    isBusy.value = true;
    problem.value = undefined;
    try {
      found.value = await get<Verification>('/v1/audit/verify');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    } finally {
      isBusy.value = false;
    }
  };
  const { value } = found;
  return (
    <Card
      title="Chain"
      about="each row has a hash of itself and of the one before"
      end={
        <button type="button" class="button" disabled={isBusy.value} onClick={() => void verify()}>
          {isBusy.value ? 'Looking…' : 'Verify'}
        </button>
      }
    >
      <div role="status">
        {value === undefined ? (
          <p class="muted">Nobody has looked since this page was opened. nbox audit verify does the same.</p>
        ) : value.ok ? (
          <>
            <p>
              <Badge tone="ok">whole</Badge> {whole(value.rows)} rows were walked through, up to row {whole(value.last.number)}.
              {value.dropped > 0 ? ` ${whole(value.dropped)} older ones were dropped for their age.` : ''}
            </p>
            <p class="muted">Keep this elsewhere: later it tells whether somebody has made the whole chain anew.</p>
            <Command text={`nbox audit verify --known ${value.last.number}:${value.last.hash}`} />
          </>
        ) : (
          <p>
            <Badge tone="bad">broken</Badge> At row {whole(value.broken)}: {value.reason}. Take a copy of the data directory, and find out
            who could write to it.
          </p>
        )}
      </div>
      {problem.value === undefined ? null : <Problem problem={problem.value} again={() => void verify()} />}
    </Card>
  );
}
