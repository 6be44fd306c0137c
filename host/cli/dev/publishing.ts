/** Keeps what is live up with the disk: one push at a time, the next as soon as it is known that there is something new. */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isNboxError } from '../../../guards/errors.ts';
import { type AdminClient, diagnosticSchema, RefusedError } from '../admin-client.ts';
import { refusal } from '../cli-error.ts';
import { type DiagnosedSource, diagnosticsOf } from '../diagnostics.ts';
import { type PushSource, UnpackableError } from '../push-source.ts';
import { testsSchema } from '../tests-summary.ts';
import type { Live, Refused, Tested } from './events.ts';
import type { PackedReader } from './packed-reader.ts';
import { withoutReplays } from './quiet-manifest.ts';

export interface PublishingParts {
  readonly client: Pick<AdminClient, 'ask'>;
  readonly plugin: string;
  readonly reader: PackedReader;
  readonly runTests: boolean;
  readonly tell: (event: Live | Refused | Tested, source: DiagnosedSource) => void;
  /** By the clock of files: milliseconds since 1970. */
  readonly now: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

const publishedSchema = z.looseObject({
  release: z.looseObject({ number: z.number() }),
  diagnostics: z.array(diagnosticSchema),
  timings: z.record(z.string(), z.number()),
  interfaces: z.array(z.string()).default([]),
});
const testedSchema = z.looseObject({ tests: testsSchema.nullable() });

/** A file is written by being emptied and filled: one that has just become empty is looked at again so often, with so long between. */
const emptied = { looks: 15, everyMs: 8 };

const noSource: DiagnosedSource = { files: new Map(), pathOf: (name) => name };

export class Publishing {
  readonly #parts: PublishingParts;
  #running: Promise<void> | undefined;
  /** When the save was made that is to be looked at next. */
  #next: number | undefined;
  /** As it was pushed last: whether it went live or not, it is not pushed again. */
  #pushed: string | undefined;
  #source: DiagnosedSource = noSource;
  #isClosed = false;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  /** The source that was read last. */
  get source(): DiagnosedSource {
    return this.#source;
  }

  /** Looks whether there is something new, now or when what runs is done. Resolves when nothing is left to look at. */
  look(savedAt: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    // What was saved first has waited longest, and the next push has it all.
    this.#next = Math.min(this.#next ?? Number.POSITIVE_INFINITY, savedAt);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Resolves when no push runs; what was not begun is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#next = undefined;
    await this.#running;
  }

  async #run(): Promise<void> {
    /** What is live, and was not tested yet. */
    let live: { readonly source: PushSource; readonly body: PushSource['body'] } | undefined;
    for (;;) {
      const savedAt = this.#next;
      if (savedAt === undefined) {
        if (live === undefined || !this.#parts.runTests || this.#isClosed) return;
        const { source, body } = live;
        live = undefined;
        await this.#test(source, body);
        continue;
      }
      this.#next = undefined;
      const source = await this.#read(savedAt);
      if (source === undefined) continue;
      const body = withoutReplays(source.body);
      const text = JSON.stringify(body);
      if (text === this.#pushed) continue;
      this.#pushed = text;
      // Whoever has saved again waits for the push, not for tests of what is gone.
      live = (await this.#push(source, body, savedAt)) ? { source, body } : undefined;
    }
  }

  async #read(savedAt: number): Promise<PushSource | undefined> {
    try {
      const source = await this.#readWhole();
      this.#source = source;
      return source;
    } catch (error) {
      // What it was before is what it may be again.
      const said = `${(error as Error).message}`;
      if (said !== this.#pushed) this.#refuse(error, savedAt, error instanceof UnpackableError ? error.source : this.#source);
      this.#pushed = said;
      return undefined;
    }
  }

  /** Whoever saves may be writing right now. One that stays empty is to be so. */
  async #readWhole(): Promise<PushSource> {
    const { reader, wait = sleep } = this.#parts;
    const before = this.#source.files;
    for (let looks = 0; ; looks++) {
      const source = await reader.read().catch((error: unknown) => error as Error);
      const files = source instanceof Error ? undefined : source.files;
      // What was looked for in its libraries, too, is whole enough.
      if (source instanceof UnpackableError) throw source;
      // A source whose only file is empty cannot be read at all.
      const isWhole = files !== undefined && ![...files].some(([name, text]) => text === '' && (before.get(name) ?? '') !== '');
      if (isWhole || looks >= emptied.looks || before.size === 0) {
        if (source instanceof Error) throw source;
        return source;
      }
      await wait(emptied.everyMs);
    }
  }

  /** @returns whether it is live */
  async #push(source: PushSource, body: PushSource['body'], savedAt: number): Promise<boolean> {
    const { client, plugin, reader, tell, now } = this.#parts;
    try {
      // Its tests are run when it is live: a save is to be seen at once.
      const path = `/v1/plugins/${plugin}?tests=skip`;
      const { status, value } = await client.ask('PUT', path, publishedSchema, { ...body, message: 'nbox dev' });
      const { release, diagnostics, timings, interfaces } = value;
      const savedMs = Math.max(0, Math.round((now() - savedAt) * 10) / 10);
      tell({ event: 'live', release: release.number, created: status === 201, savedMs, timings, diagnostics, interfaces }, source);
      return true;
    } catch (error) {
      if (reader.wasRemembered && error instanceof RefusedError) {
        // It may be that it needs more of its libraries than it did.
        reader.forget();
        this.#pushed = undefined;
        this.#next = Math.min(this.#next ?? Number.POSITIVE_INFINITY, savedAt);
        return false;
      }
      this.#refuse(error, savedAt, source);
      return false;
    }
  }

  async #test(source: PushSource, body: PushSource['body']): Promise<void> {
    const { client, plugin, tell } = this.#parts;
    try {
      const { value } = await client.ask('POST', `/v1/plugins/${plugin}/tests?typecheck=warn`, testedSchema, body);
      if (value.tests !== null && !this.#isClosed) tell({ event: 'tests', passed: true, tests: value.tests }, source);
    } catch (error) {
      if (this.#isClosed) return;
      if (!(error instanceof RefusedError)) throw error;
      const { code, detail, diagnostics } = error.problem;
      tell({ event: 'tests', passed: false, code, message: detail, diagnostics }, source);
    }
  }

  /** @throws the error where it says nothing of the source */
  #refuse(error: unknown, savedAt: number, source: DiagnosedSource): void {
    if (this.#isClosed) return;
    const told = (code: string, message: string, diagnostics: Refused['diagnostics']) =>
      this.#parts.tell(
        { event: 'refused', code, message, diagnostics, savedMs: Math.max(0, Math.round((this.#parts.now() - savedAt) * 10) / 10) },
        source,
      );
    const cause = error instanceof UnpackableError ? error.error : error;
    if (cause instanceof RefusedError) {
      const { code, detail, pointer, position, diagnostics } = cause.problem;
      const placed =
        position === undefined || position.file === '' ? [] : [{ ...position, severity: 'error' as const, code, message: detail }];
      told(code, refusal({ code, detail, pointer }), diagnostics.length > 0 ? diagnostics : placed);
    } else if (isNboxError(cause)) told(cause.code, refusal({ code: cause.code, ...cause.details }), diagnosticsOf(cause));
    // Of a library that is not installed, or a folder that is gone for the moment.
    else told('unreadable', (error as Error).message, []);
  }
}
