/**
 * A sandbox restored from a snapshot, one that was rewound to it, and one whose memory is packed before each stay, are as
 * one whose modules have just been evaluated.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultLimits } from '../../../guards/limits.ts';
import { decodeOver } from '../../../loader/sandbox/prelude.ts';
import { mostPassing } from '../../../loader/sandbox/residence.ts';
import { Sandbox } from '../../../loader/sandbox/sandbox.ts';
import { encodeSnapshot, Rewind, type Snapshot } from '../../../loader/sandbox/snapshot.ts';
import { callOf, evaluatedPrelude, Notebook, sandboxOf } from '../../support/sandboxes.ts';
import { kindNames, type ProgramCall, programOf, programsWithCalls } from './programs.ts';

/** Enough that a busy machine does not end a call. */
const limits = { ...defaultLimits, cpuMs: 20_000, deadlineMs: 60_000, startupMs: 20_000, loopBudget: 200_000 };

interface Open {
  readonly sandbox: Sandbox;
  readonly notes: Notebook;
  /** Entered before each stay, so many that none keeps its engine. */
  readonly crowd?: readonly Sandbox[];
}

/** Makes the call and brings its timers, until it is over. @returns all that the sandbox has told */
async function answered({ sandbox, notes, crowd = [] }: Open, id: number, { states, n, body }: ProgramCall): Promise<unknown[]> {
  const call = callOf(id, limits);
  const head = `${body === undefined ? 'GET' : 'POST'}\nhttp://localhost/?n=${n}&states=${states.join('-')}\nhost\nlocalhost`;
  const others = () => {
    for (const one of crowd) one.fuelLeft();
  };
  others();
  let stay = sandbox.start(call, head, body === undefined ? undefined : Buffer.from(body));
  while (stay.stopped === undefined && sandbox.pendingTimers > 0) {
    const due = await notes.nextDue();
    others();
    stay = sandbox.fire(call, due.timer);
  }
  sandbox.forget(id);
  return [...notes.take(), stay.stopped];
}

async function answers(open: Open, calls: readonly ProgramCall[]): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const [i, call] of calls.entries()) all.push(await answered(open, i + 1, call));
  return all;
}

async function restored(snapshot: Snapshot): Promise<Open> {
  const notes = new Notebook();
  return { sandbox: await Sandbox.restore(await evaluatedPrelude(), snapshot, limits, notes), notes };
}

async function compare(code: string, before: readonly ProgramCall[], calls: readonly ProgramCall[]): Promise<unknown[]> {
  const fresh = await sandboxOf(code, limits);
  const given = await sandboxOf(code, limits);
  using _fresh = fresh.sandbox;
  using _given = given.sandbox;
  assert.equal(given.sandbox.unrepeatable, undefined);
  fresh.notes.take();
  const expected = await answers(fresh, calls);

  const snapshot = await decodeOver(await evaluatedPrelude(), await encodeSnapshot(await given.sandbox.snapshot()));
  const other = await restored(snapshot);
  using _other = other.sandbox;
  assert.deepEqual(await answers(other, calls), expected, 'restored');

  const rewound = await restored(snapshot);
  using _rewound = rewound.sandbox;
  const rewind = new Rewind(snapshot);
  for (const what of ['rewound', 'rewound again']) {
    await answers(rewound, [...before, ...calls]);
    rewound.sandbox.rewind(rewind);
    assert.deepEqual(await answers(rewound, calls), expected, what);
    rewound.sandbox.rewind(rewind);
  }

  const packed = await restored(snapshot);
  using _packed = packed.sandbox;
  const crowd = await Promise.all(Array.from({ length: mostPassing }, async () => (await restored(snapshot)).sandbox));
  assert.deepEqual(await answers({ ...packed, crowd }, calls), expected, 'packed');
  for (const one of crowd) one.close();
  return expected;
}

describe('a sandbox from a snapshot', () => {
  for (const kind of kindNames) {
    it(`keeps state of the kind ${kind}`, async () => {
      const call = (n: number): ProgramCall => ({ states: [0], n, body: undefined });
      const expected = await compare(programOf(kind).code, [call(3), call(9), call(4)], [call(1), call(6), call(12)]);
      // A program that failed would compare nothing.
      if (kind !== 'throwing') for (const told of expected) assert.match(JSON.stringify(told), /"kind":"reply".*"head":"200/);
    });
  }

  it('answers as one that is new, reply by reply, and so does one that was rewound', async () => {
    await fc.assert(
      fc.asyncProperty(programsWithCalls, async ({ program, before, calls }) => {
        await compare(program.code, before, calls);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
