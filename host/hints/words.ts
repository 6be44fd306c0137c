/** Why a hint is what it is, as a sentence with its figures. */

import type { WindowSeconds } from './rules.ts';
import type { Decision, Rules } from './scaler.ts';

/** `CPU demand 1.7 cores over 60 s, target 70% → 3` */
export function reasonOf(decision: Decision, { min, max, coresEach }: Rules, windows: WindowSeconds): string {
  const { demandCores, over, target, waitRoom, need, surge, waitingUs, holdLeftMs, bound, wanted, memory } = decision;
  const seconds = over === 'latest' ? windows.tick : windows[over];
  if (demandCores === 0 && wanted === 0) return `no calls for ${windows.stable} s → 0`;
  const of = coresEach === 1 ? '' : ` of ${coresEach} each`;
  const demand =
    demandCores === 0
      ? `no calls for ${windows.stable} s`
      : `CPU demand ${amount(demandCores)} cores over ${seconds} s, target ${Math.round(target * 100)}%${of}`;
  const notes: string[] = [];
  if (waitRoom > 0 && need > Math.ceil(demandCores / coresEach / target)) notes.push(`${amount(waitRoom)} more since calls wait`);
  if (surge > 0) notes.push(`${amount(waitingUs / 1_000_000)} s of work waiting takes ${surge} more`);
  if (memory.level > need) notes.push(`${need} would do, ${memory.level} held for ${Math.max(0, Math.ceil(holdLeftMs / 1_000))} s more`);
  if (bound === 'max') notes.push(`at most ${max}`);
  if (bound === 'min') notes.push(`at least ${min}`);
  return `${[demand, ...notes].join('; ')} → ${wanted}`;
}

/** Two digits that tell something. */
function amount(value: number): string {
  if (value >= 10) return value.toFixed(0);
  return value >= 0.1 ? value.toFixed(1) : String(Number(value.toPrecision(1)));
}
