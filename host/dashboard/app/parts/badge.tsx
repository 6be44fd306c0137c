/** States in a word and a colour. */

import type { ComponentChildren } from 'preact';
import type { RolloutState } from '../api/wire.ts';
import type { BreakerState } from '../api/wire-host.ts';

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'accent';

export function Badge({
  tone = 'plain',
  title,
  children,
}: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}

const breakerTones: Readonly<Record<BreakerState, Tone>> = {
  closed: 'ok',
  slowed: 'warn',
  quarantined: 'bad',
  refused: 'bad',
  probing: 'warn',
};
const breakerTitles: Readonly<Record<BreakerState, string>> = {
  closed: 'Nothing is held against it',
  slowed: 'Few calls at a time, with pauses after guard trips',
  quarantined: 'Its calls run one at a time, in an executor apart',
  refused: 'No call is taken for a while',
  probing: 'It is tried again with one call at a time',
};

/** @param well what is said where nothing is held against it */
export function BreakerBadge({ state, well = 'live' }: { readonly state: BreakerState; readonly well?: string }) {
  return (
    <Badge tone={breakerTones[state]} title={breakerTitles[state]}>
      {state === 'closed' ? well : state}
    </Badge>
  );
}

const rolloutTones: Readonly<Record<RolloutState, Tone>> = {
  ...{ running: 'accent', paused: 'warn', completed: 'ok', rolled_back: 'bad', aborted: 'plain', superseded: 'plain' },
} as const;

export function RolloutBadge({ state }: { readonly state: RolloutState }) {
  return <Badge tone={rolloutTones[state]}>{state.replace('_', ' ')}</Badge>;
}
