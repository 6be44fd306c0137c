/**
 * What executors need of previews and what explains their failures, which no store has: kept in memory until no call needs it,
 * and counted.
 */

import { NboxError } from '../../guards/errors.ts';
import type { SourceFiles } from '../../loader/build.ts';
import type { Bundle, Release, ReleaseSnapshot } from '../release/release.ts';

interface Held {
  readonly bundle: Bundle;
  readonly textBytes: number;
  snapshot: ReleaseSnapshot;
}

/** A larger snapshot is not kept: the modules are evaluated in each sandbox then. */
const mostSnapshotBytes = 8 * 1_048_576;
/** The engine takes as many for each character of a text that has one beyond Latin-1. */
const bytesPerChar = 2;
/** What a guard's place may take. */
const siteBytes = 64;

export class PreviewImages {
  /** By the previews' ids. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  /** All that is held, as the most that it may take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param files are held with it, by whoever has the preview */
  keep(id: string, bundle: Bundle, snapshot: ReleaseSnapshot, files: SourceFiles): void {
    const { code, sourceMap, sites } = bundle;
    const textBytes = bytesPerChar * (code.length + sourceMap.length) + siteBytes * sites.length + sourceBytes(files);
    const held = { bundle, textBytes, snapshot: bounded(snapshot) };
    this.#held.set(id, held);
    this.#bytes += sizeOf(held);
  }

  bytesOf(id: string): number {
    const held = this.#held.get(id);
    return held === undefined ? 0 : sizeOf(held);
  }

  drop(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    this.#bytes -= sizeOf(held);
  }

  /** @throws NboxError where no call can need it any more */
  bundle(release: Release): Bundle {
    return this.#of(release).bundle;
  }

  snapshot(release: Release): ReleaseSnapshot {
    return this.#of(release).snapshot;
  }

  /** An executor has made it, since what was held could not be read. */
  saveSnapshot({ preview }: Release, snapshot: ReleaseSnapshot): void {
    const held = this.#held.get(preview ?? '');
    if (held === undefined) return;
    this.#bytes -= sizeOf(held);
    held.snapshot = bounded(snapshot);
    this.#bytes += sizeOf(held);
  }

  #of({ preview }: Release): Held {
    const held = this.#held.get(preview ?? '');
    if (held === undefined) throw new NboxError('no_such_preview', 'The preview is over');
    return held;
  }
}

/** The most that a source may take of the host's memory. */
export function sourceBytes(files: SourceFiles): number {
  let chars = 0;
  for (const [name, text] of files) chars += name.length + text.length;
  return bytesPerChar * chars;
}

function bounded({ base, bytes }: ReleaseSnapshot): ReleaseSnapshot {
  return { base, bytes: bytes !== undefined && bytes.length > mostSnapshotBytes ? undefined : bytes };
}

function sizeOf({ textBytes, snapshot }: Held): number {
  return textBytes + (snapshot.bytes?.length ?? 0);
}
