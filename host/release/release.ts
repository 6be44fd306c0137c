/** A release as the running host holds it: light, frozen, and leased by every call that began on it. */

import type { SourcePosition } from '../../guards/errors.ts';
import { type Limits, shared } from '../../guards/limits.ts';
import type { Manifest } from '../../loader/manifest.ts';
import type { PluginId } from '../../loader/plugin-id.ts';

/** An immutable build of a source. `number` counts from 1 in each plugin; `hash` is the content's SHA-256 in hex. */
export interface Release {
  readonly plugin: PluginId;
  readonly number: number;
  readonly hash: string;
  readonly manifest: Manifest;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** The id of the preview that it is: then it has no number (0), is stored nowhere, and nothing of it is the plugin's. */
  readonly preview?: string;
  /** What it is run for, apart from all traffic: then nobody can call it, and it is stored nowhere. */
  readonly trial?: Trial;
}

export type Trial = 'tests' | 'replay';

/** Under this name what it uses of the host is bounded: a preview's bounds are its own. No plugin's id has a tilde. */
export function accountOf({ plugin, preview }: Release): string {
  return preview === undefined ? plugin : `${plugin}~${preview}`;
}

/** How the log names it. */
export function named({ plugin, number, preview }: Release): { plugin: string; release: number } | { plugin: string; preview: string } {
  return preview === undefined ? { plugin, release: number } : { plugin, preview };
}

/** What an executor needs of a release, and what explains its guards' trips; read from the store when it is needed. */
export interface Bundle {
  readonly code: string;
  readonly sourceMap: string;
  /** By guard number: the loop or function in the author's source. */
  readonly sites: readonly SourcePosition[];
}

/** The memory of a release's sandbox right after its modules were evaluated. */
export interface ReleaseSnapshot {
  /** Names the prelude over which it was taken, and so the engine: it fits over no other. */
  readonly base: string;
  /** `undefined`: no snapshot can stand for the release, since its modules read what must differ from sandbox to sandbox. */
  readonly bytes: Uint8Array | undefined;
}

/** What the gates that a release has passed have found, by their names; as JSON takes it. */
export type GateReports = Readonly<Record<string, object>>;

/** What an executor makes a sandbox of. */
export type Image =
  | { readonly kind: 'snapshot'; readonly bytes: Uint8Array }
  /** `keep`: the executor is to give the snapshot that it makes. */
  | { readonly kind: 'code'; readonly code: string; readonly keep: boolean };

/** What a sandbox is made of: the snapshot, unless none can stand for the release. */
export function imageOf({ code }: Pick<Bundle, 'code'>, { bytes }: ReleaseSnapshot): Image {
  return bytes === undefined ? { kind: 'code', code, keep: false } : { kind: 'snapshot', bytes };
}

/** What most releases have: every call looks at it. */
const onlyFetch: ReadonlySet<string> = new Set(['fetch']);

type State = 'live' | 'draining' | 'closed';

/**
 * A release that calls run on. Whoever leases it must give the lease back exactly once; when it has been retired and
 * the last lease is back, it closes and `onClosed` runs once.
 */
export class LiveRelease {
  readonly release: Release;
  /** The manifest's. */
  readonly limits: Limits;
  /** What of it can be called. */
  readonly interfaces: ReadonlySet<string>;
  /** Unique in this host's life; names the release in messages to executors. */
  readonly key: number;
  /** What the pool keeps of it, for the pool alone: here it finds that without a search. */
  pooled: unknown;
  /** What counts its calls for the hints, for them alone. */
  hinted: unknown;
  readonly #onClosed: (release: LiveRelease) => void;
  #state: State = 'live';
  #leases = 0;
  #held: PromiseWithResolvers<void> | undefined;

  constructor(release: Release, interfaces: Iterable<string>, key: number, onClosed: (release: LiveRelease) => void) {
    this.release = release;
    this.limits = shared(release.manifest.limits);
    const list = [...interfaces];
    this.interfaces = list.join() === 'fetch' ? onlyFetch : new Set(list);
    this.key = key;
    this.#onClosed = onClosed;
  }

  get state(): State {
    return this.#state;
  }

  get leases(): number {
    return this.#leases;
  }

  /** Whoever comes with a new call waits for this, where it is there, and then chooses anew. */
  get held(): Promise<void> | undefined {
    return this.#held?.promise;
  }

  /** New calls wait until what this gives is disposed of. @throws Error where they wait already */
  hold(): Disposable {
    if (this.#held !== undefined) throw new Error('a release was held twice');
    const held = Promise.withResolvers<void>();
    this.#held = held;
    return {
      [Symbol.dispose]: () => {
        if (this.#held === held) this.#held = undefined;
        held.resolve();
      },
    };
  }

  /** @throws Error when the release is no longer live: leasing it then is a bug of the host. */
  lease(): void {
    if (this.#state !== 'live') throw new Error(`lease of a release that is ${this.#state}`);
    this.#leases += 1;
  }

  /** @throws Error on a lease given back twice */
  giveBack(): void {
    if (this.#leases === 0) throw new Error('a lease was given back twice');
    this.#leases -= 1;
    this.#closeWhenUnused();
  }

  /** No new leases; closes when the last is back. */
  retire(): void {
    if (this.#state !== 'live') return;
    this.#state = 'draining';
    this.#closeWhenUnused();
  }

  #closeWhenUnused(): void {
    if (this.#state !== 'draining' || this.#leases > 0) return;
    this.#state = 'closed';
    this.#onClosed(this);
  }
}
