/**
 * The gate that runs calls of late on a release before it goes live, and the same calls on what is live: what is answered
 * otherwise is shown to the author, with what it would cost. Both start from the state that their modules leave, and get the
 * same request, answers, clock and randomness; so they differ in nothing but their code.
 */

import { setImmediate } from 'node:timers/promises';
import { NboxError } from '../../guards/errors.ts';
import type { Candidate, Gate } from '../release/gate.ts';
import { imageOf } from '../release/release.ts';
import type { Store } from '../store/store.ts';
import { changesBetween } from './comparison.ts';
import type { Recorder } from './recorder.ts';
import { type Recording, titleOf } from './recording.ts';
import type { Redactor } from './redactor.ts';
import type { Replayed, Replayer, ReplaySession, ReplayTarget } from './replayer.ts';

/** Of both releases, over all calls that both could answer. */
export interface Cost {
  readonly cpuUs: number;
  readonly steps: number;
  /** The largest sandbox. */
  readonly memoryBytes: number;
}

export interface ReplayReport {
  /** The release that it was held against. */
  readonly against: number;
  readonly requests: number;
  readonly same: number;
  readonly changed: readonly { readonly request: string; readonly changes: readonly string[] }[];
  /** Calls that tell nothing: they asked for what was not recorded, or could not be run. */
  readonly unanswered: readonly { readonly request: string; readonly missed: readonly string[] }[];
  readonly cost: { readonly before: Cost; readonly after: Cost };
  /** Whether it went live in spite of changes that its manifest does not let through. */
  readonly accepted: boolean;
}

export interface ReplayGateParts {
  readonly recorder: Pick<Recorder, 'samples' | 'redactorOf'>;
  readonly replayer: Pick<Replayer, 'open' | 'mayRun'>;
  readonly store: Pick<Store, 'bundle' | 'snapshot'>;
  /** Milliseconds of any clock. */
  readonly elapsed: () => number;
}

const mostListed = 20;
const mostRounds = 3;
const mostMeasuredMs = 20;

export class ReplayGate implements Gate {
  readonly name = 'replay';
  readonly #parts: ReplayGateParts;

  constructor(parts: ReplayGateParts) {
    this.#parts = parts;
  }

  /** @throws NboxError `replay_changed` where the manifest asks for that */
  async check(candidate: Candidate): Promise<ReplayReport | undefined> {
    const { request, release, bundle, snapshot, interfaces, live } = candidate;
    const rule = release.manifest.gates?.replay ?? 'report';
    const { recorder, replayer, store, elapsed } = this.#parts;
    const recordings = recorder.samples(request.plugin);
    if (rule === 'off' || live === undefined || recordings.length === 0) return undefined;
    if (live.release.hash === release.hash || !live.kept || !replayer.mayRun(live.release)) return undefined;

    const old = live.release;
    const oldBundle = await store.bundle(old.plugin, old.number);
    const stored = await store.snapshot(old.plugin, old.number);
    const oldSnapshot = stored?.base === snapshot.base ? stored : { base: snapshot.base, bytes: undefined };
    const redactor = recorder.redactorOf(old);
    using sides = new DisposableStack();
    const open = async (target: ReplayTarget) => sides.use(await replayer.open(target));
    const opened = await Promise.allSettled([
      open({ release: old, bundle: oldBundle, image: imageOf(oldBundle, oldSnapshot), interfaces: live.interfaces }),
      open({ release, bundle, image: imageOf(bundle, snapshot), interfaces }),
    ]);
    const [one, other] = opened.map((side) => {
      if (side.status === 'rejected') throw side.reason;
      return side.value;
    }) as [ReplaySession, ReplaySession];
    const [before, after] = await measured(one, other, recordings, redactor, elapsed);

    const hide = redactor.into(new Set());
    const [changed, unanswered]: [{ request: string; changes: string[] }[], { request: string; missed: readonly string[] }[]] = [[], []];
    const told: [Replayed, Replayed][] = [];
    for (const [i, recording] of recordings.entries()) {
      const [was, is] = [before[i] as Replayed, after[i] as Replayed];
      const title = hide.text(titleOf(recording));
      const missed = [...was.missed, ...is.missed];
      if (missed.length > 0) {
        unanswered.push({ request: title, missed: missed.map((text) => hide.text(text)) });
        continue;
      }
      told.push([was, is]);
      const changes = changesBetween(was, is, hide);
      // Each takes milliseconds, and traffic has its turn in between.
      await setImmediate();
      if (changes.length > 0) changed.push({ request: title, changes });
    }
    const accepted = rule === 'block' && changed.length > 0 && request.accept?.includes(this.name) === true;
    const report: ReplayReport = {
      ...{ against: old.number, requests: recordings.length, same: told.length - changed.length, accepted },
      ...{ changed: changed.slice(0, mostListed), unanswered: unanswered.slice(0, mostListed) },
      cost: { before: costOf(told.map(([was]) => was)), after: costOf(told.map(([, is]) => is)) },
    };
    if (rule === 'block' && changed.length > 0 && !accepted) {
      const [first] = changed as [(typeof changed)[number]];
      const detail = `${changed.length} of ${told.length} recorded requests would be answered otherwise than by release ${old.number}: ${first.request}, ${first.changes[0]}. Push with ?accept=replay where that is meant`;
      throw new NboxError('replay_changed', { detail, extensions: { replay: report } });
    }
    return report;
  }
}

/**
 * Each once, and again for a while where that is soon done: a first run finds cold caches, so the least of its CPU time counts.
 * What is answered is the same each time.
 */
async function measured(
  one: ReplaySession,
  other: ReplaySession,
  recordings: readonly Recording[],
  redactor: Redactor,
  elapsed: () => number,
): Promise<[Replayed[], Replayed[]]> {
  const began = elapsed();
  const round = () => Promise.all([one.run(recordings, redactor), other.run(recordings, redactor)]);
  const sides = await round();
  for (let i = 1; i < mostRounds && elapsed() - began < mostMeasuredMs; i += 1) {
    for (const [side, again] of (await round()).entries()) {
      sides[side as 0 | 1] = sides[side as 0 | 1].map((first, at) => cheaper(first, again[at] as Replayed));
    }
  }
  return sides;
}

function cheaper(first: Replayed, again: Replayed): Replayed {
  const cpuUs = Math.min(first.spent.cpuUs, again.spent.cpuUs);
  return again.outcome === first.outcome ? { ...first, spent: { ...first.spent, cpuUs } } : first;
}

function costOf(results: readonly Replayed[]): Cost {
  return {
    cpuUs: results.reduce((sum, { spent }) => sum + spent.cpuUs, 0),
    steps: results.reduce((sum, { spent }) => sum + spent.steps, 0),
    memoryBytes: results.reduce((most, { spent }) => Math.max(most, spent.memoryBytes), 0),
  };
}
