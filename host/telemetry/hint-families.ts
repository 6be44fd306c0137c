/** Hints as families of metrics; what is not known has no point, so that nobody takes it for 0. */

import type { HintReader, Known } from '../hints/reading.ts';
import type { Point, PointFamily } from './family.ts';
import { Labels, noLabels } from './labels.ts';

export function hintFamilies(hints: Pick<HintReader, 'lanes' | 'lane' | 'host'>): PointFamily[] {
  const host = hints.host();
  const lanes = (value: (known: Known) => number) =>
    hints.lanes().flatMap((lane): Point[] => {
      const reading = hints.lane(lane);
      return reading?.kind === 'known' ? [{ labels: new Labels([['lane', lane]]), value: value(reading) }] : [];
    });
  const one = (value: (known: Known) => number): Point[] => (host.kind === 'known' ? [{ labels: noLabels, value: value(host) }] : []);
  return [
    {
      ...{ kind: 'gauge', name: 'nbox_lane_wanted_executors', help: 'Executors that the lane should have, by its hint' },
      points: lanes(({ wanted }) => wanted),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_lane_load', help: 'What calls take of the executors of the lane; that of several hosts adds up' },
      points: lanes(({ load }) => load),
    },
    {
      ...{ kind: 'gauge', name: 'nbox_host_wanted_replicas', help: 'Hosts that there should be for the calls of this one alone' },
      points: one(({ wanted }) => wanted),
    },
    {
      ...{
        kind: 'gauge',
        name: 'nbox_host_load',
        help: 'How many hosts the calls of this one take: their sum is how many there should be',
      },
      points: one(({ load }) => load),
    },
  ];
}
