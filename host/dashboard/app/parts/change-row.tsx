/** A deployment or a removal in a list: what, by whom, why, and when. */

import type { Change } from '../api/wire.ts';
import { Badge, type Tone } from './badge.tsx';
import { PluginLink } from './plugin-id.tsx';
import { Ago } from './time.tsx';

const tones: Readonly<Record<string, Tone>> = { push: 'accent', deploy: 'plain', rollback: 'warn', rollout: 'plain', removal: 'bad' };

export function ChangeRow({ change: { plugin, removed, deployment, at } }: { readonly change: Change }) {
  const cause = removed ? 'removal' : (deployment?.cause ?? 'deployment');
  return (
    <li>
      <div class="grow">
        <PluginLink plugin={plugin} tab="releases" />
        <div class="sub ellipsis">
          {deployment === null ? (removed ? 'removed' : 'of a plugin that was removed since') : sharesOf(deployment.releases)}
          {deployment === null ? '' : ` by ${deployment.actor}`}
          {deployment === null || deployment.message === '' ? '' : `: ${deployment.message}`}
        </div>
      </div>
      <Badge tone={tones[cause] ?? 'plain'}>{cause}</Badge>
      <Ago at={at} />
    </li>
  );
}

/** Release 12, or releases 11 (90%) and 12 (10%). */
export function sharesOf(releases: readonly { readonly number: number; readonly percentage: number }[]): string {
  const [first] = releases;
  if (releases.length === 1 && first !== undefined) return `release ${first.number}`;
  return `releases ${releases.map(({ number, percentage }) => `${number} (${percentage}%)`).join(' and ')}`;
}
