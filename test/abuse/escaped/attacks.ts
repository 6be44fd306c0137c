/** What code that has got out of its sandbox may tell its host, to do harm to others. */

import type { FrameWriter } from '../../../host/executor/frames.ts';
import { type Cost, noCost, type Used } from '../../../host/executor/wire.ts';

export interface Own {
  /** Its call's. */
  readonly id: number;
  /** Its release's. */
  readonly key: number;
}

export type Attack = (frames: FrameWriter, own: Own) => void;

const text = (value: string) => ({ bytes: Buffer.from(value), start: 0, end: value.length });

function reply(frames: FrameWriter, call: number, cost: Cost, body = 'forged'): void {
  frames.patch(frames.replied(call, false, text('200\n'), text(body)), cost);
}

/** All numbers but its own that can be anyone's. */
const others = (own: number) => Array.from({ length: 500 }, (_, i) => i + 1).filter((number) => number !== own);
const error = { code: 'cpu_exceeded', details: { detail: 'forged' } } as const;
const used = (more: Partial<Used>): Used => ({
  ...{ kind: 'used', cpuUs: 1e12, threadUs: 1e12, guests: [], othersUs: 0, memory: [], bareBytes: 0, open: [] },
  ...more,
});

/** Each ends the executor. */
export const deadly: Readonly<Record<string, Attack>> = {
  endlessCost: (frames, { id }) => reply(frames, id, { ...noCost, cpuUs: Number.NaN }),
  costBelowNothing: (frames, { id }) => reply(frames, id, { ...noCost, cpuUs: -1e15 }),
  codeOfNone: (frames, { id }) => frames.json({ kind: 'failed', call: id, cost: noCost, error: { ...error, code: 5 as never } }),
  answersOthers: (frames, { id }) => {
    for (const call of others(id)) reply(frames, call, noCost);
  },
  failsOthers: (frames, { id }) => {
    for (const call of others(id)) frames.json({ kind: 'failed', call, cost: noCost, error });
  },
  settlesOthers: (frames, { id }) => {
    for (const call of others(id)) frames.json({ kind: 'settled', call, cost: noCost, stopped: error });
  },
  asksForOthers: (frames, { id }) => {
    for (const call of others(id)) frames.op(call, 1, 'fetch', '{}', undefined);
  },
  needsOthers: (frames, { key }) => {
    for (const one of others(key)) frames.json({ kind: 'need', key: one, anew: true });
  },
  givesOthersASnapshot: (frames, { key }) => {
    for (const one of others(key)) frames.json({ kind: 'loaded', key: one, snapshot: 'AA==' });
  },
  givesItselfASnapshot: (frames, { key }) => frames.json({ kind: 'loaded', key, snapshot: 'AA==' }),
  answersProbes: (frames) => {
    for (const id of others(0)) frames.json({ kind: 'probed', id, interfaces: ['fetch'], startupUs: 1, snapshot: 'AA==' });
  },
  entersOthers: (frames, { id }) => {
    frames.leave();
    for (const call of others(id)) {
      frames.enter('call', call, 1);
      frames.leave();
    }
    frames.enter('call', id, 1);
  },
  entersOthersReleases: (frames, { id, key }) => {
    frames.leave();
    for (const one of others(key)) {
      frames.enter('load', one, 1);
      frames.leave();
    }
    frames.enter('call', id, 1);
  },
  staysForEver: (frames, { id }) => {
    frames.leave();
    frames.enter('call', id, 4e9);
  },
  usesLessThanNothing: (frames, { key }) => frames.json(used({ guests: [[key, -1e12]] })),
  tellsOfTooMany: (frames) => frames.json(used({ memory: Array.from({ length: 100_000 }, (_, key) => [key, 1] as const) })),
};

/** Of these, what is told in no stay. */
export const betweenStays: ReadonlySet<string> = new Set(['entersOthers', 'entersOthersReleases', 'staysForEver']);

/** What is not believed, and no mistake of the form. */
export const idle: Readonly<Record<string, Attack>> = {
  blamesOthers: (frames, { key }) =>
    frames.json(used({ guests: others(key).map((one) => [one, 1e12] as const), memory: others(key).map((one) => [one, 1e12] as const) })),
};

export const attacks: Readonly<Record<string, Attack | undefined>> = {
  ...deadly,
  ...idle,
  /** As its own answer, of which there is then one too many. */
  costsAll: (frames, { id }) => reply(frames, id, { initUs: 1, initCpuUs: 4e9, cpuUs: 1e15, steps: 1e15, memoryBytes: 1e15 }),
};
