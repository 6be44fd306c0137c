/** Hints as families of metrics; what is not known has no point, so that nobody takes it for 0. */

import type { HintReader } from '../hints/reading.ts';
import type { Point, PointFamily } from './family.ts';
import { Labels, noLabels } from './labels.ts';

export function hintFamilies(hints: Pick<HintReader, 'lanes' | 'lane' | 'host'>): PointFamily[] {
  const host = hints.host();
  return [
    {
      ...{ kind: 'gauge', name: 'nbox_lane_wanted_executors', help: 'Executors that the lane should have, by its hint' },
      points: hints.lanes().flatMap((lane): Point[] => {
        const reading = hints.lane(lane);
        return reading?.kind === 'known' ? [{ labels: new Labels([['lane', lane]]), value: reading.wanted }] : [];
      }),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_host_wanted_replicas', help: 'Hosts that there should be, by their hint: each tells the total' },
      points: host.kind === 'known' ? [{ labels: noLabels, value: host.wanted }] : [],
    },
  ];
}
