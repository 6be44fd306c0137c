/** How long ago something was, with the time itself for those who point at it. */

import { minute } from '../data/clock.ts';
import { ago, fullTime } from '../data/format.ts';

export function Ago({ at }: { readonly at: string | number }) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  // Looked at once a minute: what is of this minute is close enough.
  void minute.value;
  return (
    <time dateTime={new Date(ms).toISOString()} title={fullTime(ms)}>
      {ago(ms, Date.now())}
    </time>
  );
}
