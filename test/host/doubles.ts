/** Small stand-ins for what surrounds the control plane. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NboxError } from '../../guards/errors.ts';
import type { Clock } from '../../host/clock.ts';
import { createLogger } from '../../host/log.ts';
import type { Probe, ReleaseLoader } from '../../host/pool/loader.ts';
import type { SourceBuilder } from '../../host/release/preparer.ts';
import type { Bundle, Image, LiveRelease, Release } from '../../host/release/release.ts';
import type { Build, BuildRequest } from '../../loader/build.ts';

export const quietLog = createLogger({ logLevel: 'silent', logFormat: 'json' });

/** A directory of its own. The caller removes it by `Symbol.dispose`. */
export class TempDir implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'nbox-test-'));

  /** A file in it, with the folders on its way. @returns where it is */
  write(path: string, text: string): string {
    const file = join(this.path, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Goes on by one at each look. */
export class StepClock implements Clock {
  #now = 1_700_000_000_000;
  #elapsed = 0;

  now(): number {
    return this.#now++;
  }

  elapsed(): number {
    return this.#elapsed++;
  }
}

/** "Builds" a source by taking its entry as the code. A source that says TYPE ERROR has one. */
export class FakeBuilder implements SourceBuilder {
  readonly requests: BuildRequest[] = [];
  /** Set to hold builds until it resolves. */
  gate: Promise<void> = Promise.resolve();

  async build(request: BuildRequest): Promise<Build> {
    this.requests.push(request);
    await this.gate;
    const code = request.files.get(request.manifest.entry) ?? '';
    const diagnostic = { file: request.manifest.entry, line: 1, column: 2, code: 'TS2322', message: 'wrong type' };
    const wrong = code.includes('TYPE ERROR');
    if (wrong && request.typecheck === 'strict') {
      throw new NboxError('type_errors', { detail: '1 error', diagnostics: [{ ...diagnostic, severity: 'error' }] });
    }
    const timings = { typecheckMs: 1, bundleMs: 2, instrumentMs: 3 };
    return { code, sourceMap: '{}', sites: [], diagnostics: wrong ? [{ ...diagnostic, severity: 'warning' }] : [], timings };
  }
}

/** Notes what it was asked, and fails where it is told to. */
export class FakeLoader implements ReleaseLoader {
  readonly loaded = new Set<LiveRelease>();
  readonly probed: number[] = [];
  failProbe: Error | undefined;
  failLoad: Error | undefined;
  /** Whether what is live has state to hand over. */
  hot = false;
  /** Of each release that was given state: whether the other one's new calls waited then. */
  readonly heldWhenGiven: boolean[] = [];
  whenGiven: () => void = () => {};
  whenProbed: () => void = () => {};
  /** What each release is found to have. */
  readonly interfaces = ['fetch'];

  async probe(release: Release, _bundle: Bundle): Promise<Probe> {
    this.probed.push(release.number);
    this.whenProbed();
    if (this.failProbe !== undefined) throw this.failProbe;
    return { interfaces: [...this.interfaces], startupUs: 10, snapshot: { base: 'base', bytes: undefined } };
  }

  async load(live: LiveRelease, _image: Image, replaced?: LiveRelease, code?: string): Promise<void> {
    this.loaded.add(live);
    if (code !== undefined) {
      this.heldWhenGiven.push(replaced?.held !== undefined);
      this.whenGiven();
    }
    if (this.failLoad !== undefined) throw this.failLoad;
  }

  handsOver(): boolean {
    return this.hot;
  }

  async quiet(): Promise<void> {}

  unload(live: LiveRelease): void {
    this.loaded.delete(live);
  }
}
