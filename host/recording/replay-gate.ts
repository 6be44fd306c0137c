/**
 * The gate that runs calls of late on a release before it goes live, and the same calls on what is live: what is answered
 * otherwise is shown to the author, with what it would cost. Both start from the state that their modules leave, and get the
 * same request, answers, clock and randomness; so they differ in nothing but their code.
 */

import { setImmediate } from 'node:timers/promises';
import { NboxError } from '../../guards/errors.ts';
import type { Candidate, Gate } from '../release/gate.ts';
import { imageOf } from '../release/release.ts';
import type { LivePlugin, Store } from '../store/store.ts';
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
const mostMeasuredMs = 6;
/** Of a reply's body; a longer one is not remembered. */
const mostRemembered = 16_384;

export class ReplayGate implements Gate {
  readonly name = 'replay';
  readonly #parts: ReplayGateParts;
  /** What each has come to on the release that passed last: that is most often what is live when the next one comes. */
  readonly #known = new WeakMap<Recording, { readonly hash: string; readonly replayed: Replayed }>();

  constructor(parts: ReplayGateParts) {
    this.#parts = parts;
  }

  /** @throws NboxError `replay_changed` where the manifest asks for that */
  async check(candidate: Candidate): Promise<ReplayReport | undefined> {
    const { request, release, bundle, snapshot, interfaces, live } = candidate;
    const rule = release.manifest.gates?.replay ?? 'report';
    const { recorder, replayer, elapsed } = this.#parts;
    const recordings = recorder.samples(request.plugin);
    if (rule === 'off' || live === undefined || recordings.length === 0) return undefined;
    if (live.release.hash === release.hash || !live.kept || !replayer.mayRun(live.release)) return undefined;

    const old = live.release;
    const redactor = recorder.redactorOf(old);
    const known = recordings.map((one) => this.#recall(one, old.hash));
    const unknown = recordings.filter((_, i) => known[i] === undefined);
    using sides = new DisposableStack();
    const open = async (target: ReplayTarget) => sides.use(await replayer.open(target));
    const opened = await Promise.allSettled([
      ...[open({ release, bundle, image: imageOf(bundle, snapshot), interfaces })],
      ...(unknown.length === 0 ? [] : [this.#stored(live, snapshot.base).then(open)]),
    ]);
    const [now, then] = opened.map((side) => {
      if (side.status === 'rejected') throw side.reason;
      return side.value;
    }) as [ReplaySession, ReplaySession | undefined];
    const [after, anew] = await measured(
      [
        { session: now, recordings },
        { session: then, recordings: unknown },
      ],
      redactor,
      elapsed,
    );
    for (const [i, one] of recordings.entries()) this.#remember(one, release.hash, after[i] as Replayed);
    const before = known.map((one) => one ?? (anew.shift() as Replayed));

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

  async #stored({ release, interfaces }: LivePlugin, base: string): Promise<ReplayTarget> {
    const { store } = this.#parts;
    const bundle = await store.bundle(release.plugin, release.number);
    const stored = await store.snapshot(release.plugin, release.number);
    const snapshot = stored?.base === base ? stored : { base, bytes: undefined };
    return { release, bundle, image: imageOf(bundle, snapshot), interfaces };
  }

  #recall(recording: Recording, hash: string): Replayed | undefined {
    const known = this.#known.get(recording);
    return known?.hash === hash ? known.replayed : undefined;
  }

  #remember(recording: Recording, hash: string, replayed: Replayed): void {
    if (replayed.missed.length === 0 && replayed.body.length <= mostRemembered) this.#known.set(recording, { hash, replayed });
    else this.#known.delete(recording);
  }
}

interface Side {
  /** None where there is nothing to run. */
  readonly session: ReplaySession | undefined;
  readonly recordings: readonly Recording[];
}

/**
 * Each once, and again for a while where that is soon done: a first run finds cold caches, so the least of its CPU time counts.
 * What is answered is the same each time.
 */
async function measured(sides: readonly [Side, Side], redactor: Redactor, elapsed: () => number): Promise<[Replayed[], Replayed[]]> {
  const began = elapsed();
  const runOn = ({ session, recordings }: Side) => session?.run(recordings, redactor) ?? Promise.resolve([]);
  const round = () => Promise.all([runOn(sides[0]), runOn(sides[1])]);
  const results = await round();
  for (let i = 1; i < mostRounds && elapsed() - began < mostMeasuredMs; i += 1) {
    for (const [side, again] of (await round()).entries()) {
      results[side as 0 | 1] = results[side as 0 | 1].map((first, at) => cheaper(first, again[at] as Replayed));
    }
  }
  return results;
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
