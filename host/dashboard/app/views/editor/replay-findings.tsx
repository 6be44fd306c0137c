/** What the next release answers otherwise than the live one does, of the requests that were recorded. */

import type { ReplayFound } from './wire.ts';

export function ReplayFindings({ found }: { readonly found: ReplayFound }) {
  const { against, requests, same, changed, unanswered, cost } = found;
  return (
    <section class="editor-replay" aria-label="Recorded requests">
      <p>
        {same} of {requests} recorded requests are answered as by release {against}
        {changed.length > 0 ? `, ${changed.length} otherwise` : ''}
        {unanswered.length > 0 ? `, ${unanswered.length} tell nothing` : ''}. CPU {compared(cost.before.cpuUs, cost.after.cpuUs)}, steps{' '}
        {compared(cost.before.steps, cost.after.steps)}, memory {compared(cost.before.memoryBytes, cost.after.memoryBytes)}.
      </p>
      {changed.slice(0, 10).map(({ request, changes }, i) => (
        <details key={`${i} ${request}`} open={i === 0}>
          <summary>{request}</summary>
          <ul>
            {changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}

function compared(before: number, after: number): string {
  if (before === 0) return after === 0 ? 'the same' : 'more';
  const percent = Math.round((after / before - 1) * 100);
  return percent === 0 ? 'the same' : `${percent > 0 ? '+' : ''}${percent}%`;
}
