/** One change in full: what was before, and what is since. */

import type { AuditRow } from '../../api/wire-host.ts';
import { fullTime } from '../../data/format.ts';
import { Copy } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';

export function AuditDialog({ row, onClose }: { readonly row: AuditRow; readonly onClose: () => void }) {
  const { number, at, actor, tokenId, address, method, route, plugin, outcome, before, after, requestId, hash } = row;
  const pairs: readonly (readonly [string, string])[] = [
    ['When', fullTime(Date.parse(at))],
    ['Who', `${actor}, by the token ${tokenId}`],
    ['From', address],
    ['Of', plugin ?? 'the host'],
    ['Outcome', outcome],
  ];
  return (
    <Dialog title={`${method} ${route}`} wide onClose={onClose}>
      <dl class="pairs">
        {pairs.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <dt>Request</dt>
        <dd class="mono">
          {requestId} <Copy text={requestId} what="the id of the request" />
        </dd>
        <dt>Row</dt>
        <dd class="mono">
          {number}, {hash.slice(0, 16)}… <Copy text={hash} what="the hash" />
        </dd>
      </dl>
      <Side title="Before" value={before} />
      <Side title="After" value={after} />
    </Dialog>
  );
}

function Side({ title, value }: { readonly title: string; readonly value: unknown }) {
  return value === null || value === undefined ? null : (
    <section aria-label={title}>
      <h3>{title}</h3>
      <pre class="code-block" tabIndex={0}>
        {JSON.stringify(value, undefined, 2)}
      </pre>
    </section>
  );
}
