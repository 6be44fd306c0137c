/** A row of the few numbers that matter most. */

import type { ComponentChildren } from 'preact';

export interface StatProps {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: 'bad' | 'warn' | undefined;
  readonly title?: string;
}

export function Stat({ label, value, note, tone, title }: StatProps) {
  return (
    <div class="stat" title={title}>
      <dt>{label}</dt>
      <dd class={tone === undefined ? 'stat-value' : `stat-value ${tone}`}>{value}</dd>
      <dd class="stat-note">{note ?? '\u00a0'}</dd>
    </div>
  );
}

export function Stats({ children }: { readonly children: ComponentChildren }) {
  return <dl class="stats">{children}</dl>;
}
