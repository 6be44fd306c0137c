import assert from 'node:assert/strict';
import { CallError, nothingSpent } from '../../../host/dispatch/dispatch.ts';
import { OwnLimit } from '../../../host/dispatch/own-limit.ts';
import { countedGate } from '../../../host/hints/counted-gate.ts';
import type { LiveRelease } from '../../../host/release/release.ts';

describe('countedGate(signals, gate)', () => {
  it('counts what is turned away for want of executors, and nothing else', () => {
    const live = {} as LiveRelease;
    const asked = () => ({ isForced: false, caller: undefined });
    const counted: LiveRelease[] = [];
    let refused: CallError | undefined;
    const gate = countedGate({ refused: (one) => counted.push(one) }, () => refused);
    assert.equal(gate(live, asked), undefined);
    refused = new CallError('quarantined', 'x', nothingSpent);
    assert.equal(gate(live, asked), refused);
    refused = new OwnLimit({ detail: 'x' });
    assert.equal(gate(live, asked), refused);
    assert.deepEqual(counted, []);
    refused = new CallError('overloaded', 'x', nothingSpent);
    assert.equal(gate(live, asked), refused);
    assert.deepEqual(counted, [live]);
  });
});
