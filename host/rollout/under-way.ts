/**
 * One rollout under way: it is looked at when calls have ended and when its clock says so, and goes a step further, waits, or is
 * rolled back. A step is stored in the transaction of the deployment that makes it, so that a host that dies at any time goes
 * on from a whole step; what was measured in it is lost, and counted anew.
 */

import type { BreakerView } from '../../guards/breaker.ts';
import { isNboxError } from '../../guards/errors.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import type { UsageRecord } from '../meter/usage.ts';
import type { Deployed } from '../release/deployed.ts';
import type { Publisher } from '../release/publisher.ts';
import type { LiveRelease } from '../release/release.ts';
import { sharesFor } from '../release/shares.ts';
import type { Share, Store } from '../store/store.ts';
import { type Health, reasonOf } from './health.ts';
import { automatic, type Decision, type DecisionKind, decided, deployedAs, isUnderWay, percentageOf, type Rollout } from './rollout.ts';
import { Run } from './run.ts';
import { type Waiting, waitingFor } from './waiting.ts';

export interface UnderWayParts {
  readonly store: Pick<Store, 'plugin' | 'rollouts' | 'saveRollout'>;
  readonly publisher: Pick<Publisher, 'deploy'>;
  readonly deployed: (plugin: string) => Deployed | undefined;
  readonly breaker: (live: LiveRelease) => Pick<BreakerView, 'state'>;
  readonly log: Logger;
  /** Told of each decision, which is the rollout's last one. Must not throw. */
  readonly onDecided?: (rollout: Rollout) => void;
  readonly clock: Clock;
  /** Does the work later. @returns what takes that back */
  readonly after: (ms: number, work: () => void) => () => void;
}

/** A rollout as of now. */
export interface RolloutStatus {
  readonly rollout: Rollout;
  /** Of the step that it is in; `undefined` where it has ended. */
  readonly health: Health | undefined;
  /** Empty where it has ended. */
  readonly waiting: readonly Waiting[];
}

/** Who decides, and why. */
export interface By {
  readonly actor: string;
  readonly message: string;
}

/** After a call has ended: it is looked at once for all that end in the meantime. */
const lookMs = 100;
/** What could not be stored is tried again, after twice the time each time. */
const retryMs = { first: 1_000, most: 60_000 };
/** Longer than this no timer can be set for. */
const longestMs = 86_400_000;
const mostMessageChars = 500;

/** All that it does but `record`, `status` and `lookSoon` is for one at a time: whoever has it keeps them in a queue. */
export class UnderWay {
  readonly #parts: UnderWayParts;
  /** Puts a look into the queue. */
  readonly #enqueue: (look: () => Promise<void>) => Promise<void>;
  readonly #onEnded: () => void;
  #rollout: Rollout;
  #run: Run;
  /** When it is looked at next, on the monotonic clock, and what takes that back. */
  #dueAt = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => {};
  /** Whether calls that end need not ask for a look any more. */
  #isDueSoon = false;
  #failures = 0;
  #trouble: string | undefined;
  #isClosed = false;

  constructor(rollout: Rollout, parts: UnderWayParts, enqueue: (look: () => Promise<void>) => Promise<void>, onEnded: () => void) {
    this.#parts = parts;
    this.#enqueue = enqueue;
    this.#onEnded = onEnded;
    this.#rollout = rollout;
    this.#run = this.#newRun();
    this.lookSoon();
  }

  get rollout(): Rollout {
    return this.#rollout;
  }

  /** Whether what it has deployed is what is deployed. */
  get isCurrent(): boolean {
    return this.#parts.deployed(this.#rollout.plugin)?.number === this.#rollout.deployment;
  }

  /** In the hot path. */
  record(record: UsageRecord): void {
    if (!this.#run.add(record) || this.#isDueSoon) return;
    this.#isDueSoon = true;
    this.#lookIn(lookMs);
  }

  status(): RolloutStatus {
    if (!isUnderWay(this.#rollout)) return { rollout: this.#rollout, health: undefined, waiting: [] };
    const health = this.#run.health();
    const waiting = waitingFor(this.#rollout, health, this.#parts.clock.now());
    const trouble: Waiting[] = this.#trouble === undefined ? [] : [{ what: 'store', detail: this.#trouble }];
    return { rollout: this.#rollout, health, waiting: [...waiting, ...trouble] };
  }

  lookSoon(): void {
    this.#lookIn(0);
  }

  /** It is looked at no more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  /** Where someone has deployed something else, the rollout is over. */
  async settle(): Promise<void> {
    if (this.#isClosed || this.isCurrent) return;
    const { store } = this.#parts;
    const { plugin, number: mine } = this.#rollout;
    const live = await store.plugin(plugin);
    if (live === undefined) return this.#end();
    const { number, cause, actor } = live.deployment;
    // The store has made a step and could not be read afterwards: it is right.
    const stored = (await store.rollouts(plugin)).find((one) => one.number === mine);
    if (stored?.deployment === number) return this.#become(stored);
    const by = { actor, message: `Deployment ${number} was made by ${actor} (${cause})` };
    const decision = { ...this.#decision('superseded', by), deployment: number };
    await this.#save(decided(this.#rollout, decision, { state: 'superseded', endedAt: decision.at }));
  }

  async mark(state: 'running' | 'paused', by: By): Promise<void> {
    if (this.#rollout.state === state) return;
    const kind = state === 'paused' ? 'paused' : 'resumed';
    const decision = { ...this.#decision(kind, by), percentage: percentageOf(this.#rollout), health: undefined };
    await this.#save(decided(this.#rollout, decision, { state }));
    this.lookSoon();
  }

  /** A step further. */
  async advance(by: By): Promise<void> {
    const { plan, release, base, step, run } = this.#rollout;
    const percentage = plan.steps[step + 1] as number;
    const isLast = step + 2 === plan.steps.length;
    const decision = { ...this.#decision(isLast ? 'completed' : 'promoted', by), percentage };
    const end = isLast ? { state: 'completed' as const, endedAt: decision.at } : {};
    const next = decided(this.#rollout, decision, { step: step + 1, stepAt: decision.at, run: run + 1, ...end });
    await this.#deploy(next, sharesFor(release, percentage, [{ number: base, percentage: 100 }]), 'rollout');
  }

  /** The old release gets all calls again. */
  async goBack(kind: 'rolled_back' | 'aborted', by: By): Promise<void> {
    const decision = { ...this.#decision(kind, by), percentage: 0 };
    const next = decided(this.#rollout, decision, { state: kind, endedAt: decision.at });
    await this.#deploy(next, [{ number: this.#rollout.base, percentage: 100 }], 'rollback');
  }

  #newRun(): Run {
    const { base, release, run, plan } = this.#rollout;
    const { margins, samples } = plan;
    return new Run({ base, canary: release, run, margins, baseline: samples, since: this.#parts.clock.now() });
  }

  /** In so many ms, or earlier where that was planned. */
  #lookIn(ms: number): void {
    const wait = Math.min(ms, longestMs);
    const dueAt = this.#parts.clock.elapsed() + wait;
    if (this.#isClosed || this.#dueAt <= dueAt) return;
    this.#cancel();
    this.#dueAt = dueAt;
    this.#cancel = this.#parts.after(wait, () => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#isDueSoon = false;
      // Where very many changes of the plugin wait already.
      this.#enqueue(() => this.#look()).catch(() => this.#lookIn(retryMs.first));
    });
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.#decide();
      this.#failures = 0;
      this.#trouble = undefined;
    } catch (err) {
      // Someone was faster, and what that one has deployed is seen the next time.
      if (isNboxError(err, 'precondition_failed') || isNboxError(err, 'no_such_plugin')) return this.#lookIn(lookMs);
      const { plugin, number } = this.#rollout;
      this.#parts.log.warn({ err, plugin, rollout: number }, 'what was decided on a rollout could not be done; it is tried again');
      this.#trouble = `What was decided could not be done: ${isNboxError(err) ? err.details.detail : 'the host failed'}`;
      this.#lookIn(Math.min(retryMs.most, retryMs.first * 2 ** this.#failures));
      this.#failures += 1;
    }
  }

  async #decide(): Promise<void> {
    await this.settle();
    if (this.#isClosed) return;
    const now = this.#parts.clock.now();
    const health = this.#run.health();
    const waiting = waitingFor(this.#rollout, health, now);
    const reason = this.#quarantined() ?? (health.verdict === 'worse' ? reasonOf(health) : this.#late(waiting, now));
    if (reason !== undefined) return this.goBack('rolled_back', { actor: automatic, message: reason });
    if (waiting.length === 0) return this.advance({ actor: automatic, message: '' });
    const { stepAt, plan } = this.#rollout;
    for (const ms of [plan.holdMs, plan.timeoutMs]) if (ms !== undefined && stepAt + ms > now) this.#lookIn(stepAt + ms - now);
  }

  /** No samples are waited for: the calls of such a release run one at a time, if at all. */
  #quarantined(): string | undefined {
    const { plugin, release, base } = this.#rollout;
    const stateOf = (number: number) => {
      const live = this.#parts.deployed(plugin)?.find(number);
      return live === undefined ? 'closed' : this.#parts.breaker(live).state;
    };
    const [ours, theirs] = [stateOf(release), stateOf(base)];
    const isHeld = (state: BreakerView['state']) => state !== 'closed' && state !== 'slowed';
    if (!isHeld(ours) || isHeld(theirs)) return undefined;
    return `quarantine: the breaker of release ${release} is ${ours}, that of release ${base} ${theirs}`;
  }

  #late(waiting: readonly Waiting[], now: number): string | undefined {
    const { state, stepAt, plan } = this.#rollout;
    if (state === 'paused' || waiting.length === 0 || plan.timeoutMs === undefined || now < stepAt + plan.timeoutMs) return undefined;
    const missing = waiting.map(({ detail }) => detail).join('; ');
    return `timeout: the step was not passed within ${plan.timeoutMs / 1_000} s. ${missing}`;
  }

  #decision(kind: DecisionKind, { actor, message }: By): Decision {
    const { deployment } = this.#rollout;
    const at = this.#parts.clock.now();
    return Object.freeze({ kind, at, actor, reason: message, deployment, percentage: undefined, health: this.#run.health() });
  }

  async #save(next: Rollout): Promise<void> {
    await this.#parts.store.saveRollout(next);
    this.#become(next);
  }

  async #deploy(next: Rollout, shares: readonly Share[], cause: 'rollout' | 'rollback'): Promise<void> {
    const { plugin, number } = next;
    const { actor, reason, kind } = next.decisions.at(-1) as Decision;
    const message = `rollout ${number} ${said[kind]}${reason === '' ? '' : `: ${reason}`}`.slice(0, mostMessageChars);
    const expected = this.#rollout.deployment;
    const { deployment } = await this.#parts.publisher.deploy({ plugin, shares, cause, actor, message, expected, rollout: next });
    this.#become(deployedAs(next, deployment.number));
  }

  /** As the store has it now. */
  #become(next: Rollout): void {
    const isCountedAnew = next.run !== this.#rollout.run;
    this.#rollout = next;
    tell(next, this.#parts);
    if (!isUnderWay(next)) this.#end();
    else if (isCountedAnew) {
      this.#run = this.#newRun();
      this.lookSoon();
    }
  }

  #end(): void {
    this.close();
    this.#onEnded();
  }
}

const said: Readonly<Record<DecisionKind, string>> = {
  ...{ started: 'started', promoted: 'promoted', paused: 'paused', resumed: 'resumed', completed: 'completed' },
  ...{ rolled_back: 'rolled back', aborted: 'aborted', superseded: 'superseded' },
};

/** The last decision, for the log and for who else wants to know. */
export function tell(rollout: Rollout, { log, onDecided }: Pick<UnderWayParts, 'log' | 'onDecided'>): void {
  const { plugin, number, release, base, decisions } = rollout;
  const { kind, actor, reason, deployment, percentage, health } = decisions.at(-1) as Decision;
  const fields = { plugin, rollout: number, release, base, decision: kind, percentage, deployment, actor, reason, health };
  log[kind === 'rolled_back' ? 'warn' : 'info'](fields, `rollout ${said[kind]}`);
  onDecided?.(rollout);
}
