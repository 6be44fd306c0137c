import assert from 'node:assert/strict';
import { CallError, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { meteredGate } from '../../../host/dispatch/gate.ts';
import type { UsageRecord } from '../../../host/meter/usage.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

const asked = () => ({ isForced: true, caller: 'header:shop' as const });
const live = { release: { plugin: 'a/b/c', number: 3 } } as LiveRelease;

describe('meteredGate(sink, laneOf, gate)', () => {
  it('makes a usage record of each call that is turned away, with who has asked, and of no other', () => {
    const records: UsageRecord[] = [];
    let refused: CallError | undefined;
    const gate = meteredGate(
      { record: (one) => records.push(one) },
      () => 'critical',
      () => refused,
    );
    assert.equal(gate(live, asked), undefined);
    assert.equal(records.length, 0);
    refused = new CallError('overloaded', 'too many', nothingSpent);
    assert.equal(gate(live, asked), refused);
    const [{ startedAt, ...record }] = records as [UsageRecord];
    assert.ok(Math.abs(Date.now() - startedAt) < 60_000);
    assert.deepEqual(record, {
      ...{
        plugin: 'a/b/c',
        release: 3,
        preview: undefined,
        isForced: true,
        caller: 'header:shop',
        interface: 'fetch',
        lane: 'critical',
        outcome: 'overloaded',
        executor: 0,
      },
      ...{ waitUs: 0, initUs: 0, cpuUs: 0, wallUs: 0, steps: 0, memoryPeakBytes: 0, hostCalls: 0, bytesIn: 0, bytesOut: 0 },
    });
    assert.equal(records.length, 1);
  });
});
