import assert from 'node:assert/strict';
import { bytes, duration } from '../../../../../host/dashboard/app/views/editor/figures.ts';

describe('figures of a call', () => {
  it('are times in the unit that fits', () => {
    assert.deepEqual([0, 999, 1_234, 12_345, 2_500_000].map(duration), ['0 µs', '999 µs', '1.23 ms', '12.3 ms', '2.50 s']);
  });

  it('are bytes in the unit that fits', () => {
    assert.deepEqual([0, 1_023, 1_536, 6_291_456].map(bytes), ['0 B', '1023 B', '1.5 KiB', '6.0 MiB']);
  });
});
