import assert from 'node:assert/strict';
import type { Reading } from '../../../host/hints/reading.ts';
import { hintFamilies } from '../../../host/telemetry/hint-families.ts';

const known = (wanted: number, load = wanted): Reading => ({
  ...{ kind: 'known', wanted, load, present: 1, reason: '' },
  ...{ demandCores: 0, cpuCores: 0, concurrency: 0, callsPerSecond: 0, waitUs: 0 },
});
const unknown: Reading = { kind: 'unknown', reason: 'nothing yet' };

describe('hintFamilies(hints)', () => {
  const values = (lanes: Record<string, Reading>, host: Reading): [string, number[]][] =>
    hintFamilies({ lanes: () => Object.keys(lanes), lane: (lane) => lanes[lane], host: () => host }).map(({ name, points }) => [
      name,
      [...points].map(({ value }) => value),
    ]);

  it('has what each lane and the hosts should have', () => {
    assert.deepEqual(values({ standard: known(3, 2.4), critical: known(0) }, known(2, 0.3)), [
      ['nbox_lane_wanted_executors', [3, 0]],
      ['nbox_lane_load', [2.4, 0]],
      ['nbox_host_wanted_replicas', [2]],
      ['nbox_host_load', [0.3]],
    ]);
  });

  it('has nothing of what is not known', () => {
    assert.deepEqual(values({ standard: unknown }, unknown), [
      ['nbox_lane_wanted_executors', []],
      ['nbox_lane_load', []],
      ['nbox_host_wanted_replicas', []],
      ['nbox_host_load', []],
    ]);
  });
});
