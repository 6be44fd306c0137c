import assert from 'node:assert/strict';
import type { Reading } from '../../../host/hints/reading.ts';
import { hintFamilies } from '../../../host/telemetry/hint-families.ts';

const known = (wanted: number): Reading => ({
  ...{ kind: 'known', wanted, present: 1, reason: '' },
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
    assert.deepEqual(values({ standard: known(3), critical: known(0) }, known(2)), [
      ['nbox_lane_wanted_executors', [3, 0]],
      ['nbox_host_wanted_replicas', [2]],
    ]);
  });

  it('has nothing of what is not known', () => {
    assert.deepEqual(values({ standard: unknown }, unknown), [
      ['nbox_lane_wanted_executors', []],
      ['nbox_host_wanted_replicas', []],
    ]);
  });
});
