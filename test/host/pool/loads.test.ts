/** What becomes of a load that was to go on with another release's state. */

import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import type { ExecutorProcess, RunningStay } from '../../../host/pool/executor-process.ts';
import { Loads } from '../../../host/pool/loads.ts';
import { HandOverError } from '../../../host/release/hand-over-error.ts';

const executor = () => ({ number: 1, asked: 0 }) as ExecutorProcess;
const guilty = (subject: RunningStay['subject'], id: number): RunningStay => ({ subject, id, enteredAt: 0, budgetMs: 1 });
const isStep = (step: string) => (error: unknown) =>
  error instanceof HandOverError && error.step === step && error.code === 'handover_failed';

describe('Loads, of hand-overs', () => {
  it('unloaded(executor, key, frame) tells which step has failed, and where', async () => {
    const [loads, one] = [new Loads(), executor()];
    const loaded = loads.load(one, 7, true);
    const error = { code: 'probe_failed', details: { detail: 'Error: no' }, stack: 'at f (plugin.js:1:2)', site: 3 } as const;
    loads.unloaded(one, 7, { kind: 'unloaded', key: 7, step: 'dispose', error });
    await assert.rejects(loaded, (failure) => {
      assert.ok(failure instanceof HandOverError);
      assert.deepEqual([failure.step, failure.message, failure.guestStack, failure.site], ['dispose', 'Error: no', error.stack, 3]);
      return one.asked === 0;
    });
  });

  it('unloaded(executor, key, frame) without a step is what it was', async () => {
    const [loads, one] = [new Loads(), executor()];
    const loaded = loads.load(one, 7, true);
    loads.unloaded(one, 7, { kind: 'unloaded', key: 7, error: { code: 'probe_failed', details: { detail: 'Error: no' } } });
    await assert.rejects(loaded, (error) => isNboxError(error, 'publish_failed'));
  });

  it('lost(executor, guilty) is its failure where it hung for it, and else nobody’s', async () => {
    const [loads, one] = [new Loads(), executor()];
    const dispose = loads.load(one, 1, true);
    loads.lost(one, guilty('handover', 1));
    await assert.rejects(dispose, isStep('dispose'));
    const evaluate = loads.load(one, 2, true);
    loads.lost(one, guilty('load', 2));
    await assert.rejects(evaluate, isStep('evaluate'));
    const plain = loads.load(one, 3);
    loads.lost(one, guilty('load', 3));
    await assert.rejects(plain, (error) => isNboxError(error, 'publish_failed'));
    for (const by of [undefined, guilty('call', 4), guilty('load', 5), guilty('handover', 5)]) {
      const loaded = loads.load(one, 4, true);
      loads.lost(one, by);
      await loaded;
    }
  });
});

describe('Loads', () => {
  it('probes(executor, id) of the executor that was asked, until it has answered', async () => {
    const [loads, one, other] = [new Loads(), executor(), executor()];
    const { id, result } = loads.probe(one);
    assert.deepEqual([loads.probes(one, id), loads.probes(other, id), loads.probes(one, id + 1)], [true, false, false]);
    loads.probed(id, { kind: 'probed', id, interfaces: ['fetch'], startupUs: 1, snapshot: null });
    await result;
    assert.equal(loads.probes(one, id), false);
  });

  it('loaded(executor, key) tells whether it was to go on with the state of another', async () => {
    const [loads, one] = [new Loads(), executor()];
    const loaded = [loads.load(one, 1, true), loads.load(one, 2)];
    assert.deepEqual([loads.loaded(one, 1), loads.loaded(one, 1), loads.loaded(one, 2)], [true, false, false]);
    await Promise.all(loaded);
  });
});
