/** Publishing what was written: held against what is live, by the plugin's own gates, and never over something that its author has not seen. */

import { signal } from '@preact/signals';
import { ask } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { Editing, Live } from './editing.ts';
import { type Conflict, type Files, mergeFiles } from './merge-files.ts';
import type { Gates, MadePreview, Published } from './wire.ts';
import { withOwnLineEnds } from './workspace.ts';

export type How = { readonly kind: 'all' } | { readonly kind: 'canary'; readonly percentage: number } | { readonly kind: 'rollout' };

export type Verdict =
  | { readonly kind: 'asking' }
  | { readonly kind: 'passed'; readonly gates: Gates; readonly diagnostics: MadePreview['diagnostics'] }
  | { readonly kind: 'refused'; readonly problem: ProblemDetails };

export interface Conflicted {
  readonly live: Live;
  readonly files: Files;
  readonly conflicts: readonly Conflict[];
}

export interface Done {
  readonly release: number;
  readonly how: How;
  /** What went wrong after the release was made. */
  readonly problem: ProblemDetails | undefined;
}

export class Publishing {
  readonly verdict = signal<Verdict>({ kind: 'asking' });
  readonly isBusy = signal(false);
  readonly problem = signal<ProblemDetails | undefined>(undefined);
  readonly conflict = signal<Conflicted | undefined>(undefined);
  readonly done = signal<Done | undefined>(undefined);
  readonly #editing: Editing;
  #asked: AbortController | undefined;

  constructor(editing: Editing) {
    this.#editing = editing;
  }

  /** Tries the gates by a preview that lasts no longer than the asking. */
  async look(): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.verdict.value = { kind: 'asking' };
    const path = `/v1/plugins/${this.#editing.plugin}/previews`;
    const body = {
      files: Object.fromEntries(this.#editing.workspace.files.peek()),
      ttlSeconds: 60,
      message: 'What the gates say, for the editor',
    };
    try {
      const { value } = await ask<MadePreview>(path, { method: 'POST', body, signal: asked.signal });
      void ask(`${path}/${value.preview.id}`, { method: 'DELETE' }).catch(() => undefined);
      this.verdict.value = { kind: 'passed', gates: value.gates, diagnostics: value.diagnostics };
    } catch (error) {
      if (error instanceof ApiError) this.verdict.value = { kind: 'refused', problem: error.problem };
      else if (!asked.signal.aborted) throw error;
    }
  }

  /** @param accepts whether it is to go live though recorded requests are answered otherwise */
  async publish(how: How, message: string, accepts: boolean): Promise<void> {
    if (this.isBusy.peek()) return;
    this.isBusy.value = true;
    this.problem.value = undefined;
    try {
      await this.#publish(how, message, accepts);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'precondition_failed') await this.#overtaken(error.problem);
      else this.problem.value = error.problem;
    } finally {
      this.isBusy.value = false;
    }
  }

  async #publish(how: How, message: string, accepts: boolean): Promise<void> {
    const { plugin, workspace } = this.#editing;
    const { deployment } = workspace.base.peek();
    const files = workspace.files.peek();
    const live = deployment === undefined ? undefined : await this.#editing.live();
    const query = new URLSearchParams({
      ...(how.kind === 'canary' ? { percentage: String(how.percentage) } : how.kind === 'rollout' ? { percentage: '0' } : {}),
      ...(accepts ? { accept: 'replay' } : {}),
    });
    const { value } = await ask<Published>(`/v1/plugins/${plugin}?${query}`, {
      ...{ method: 'PUT', body: { files: Object.fromEntries(withOwnLineEnds(files, live?.files ?? new Map())), message } },
      ...(deployment === undefined ? { headers: { 'if-none-match': '*' } } : { ifMatch: deployment }),
    });
    const release = value.release.number;
    let problem: ProblemDetails | undefined;
    let last = value.deployment;
    if (how.kind === 'rollout') {
      try {
        const started = await ask<object>(`/v1/plugins/${plugin}/rollout`, { method: 'POST', body: { release, message }, ifMatch: last });
        last = started.tag ?? last;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        problem = error.problem;
      }
    }
    await this.#editing.published(release, last, files);
    this.done.value = { release, how, problem };
  }

  /** Someone else has published meanwhile: both are brought together, and what cannot be is for the author to decide. */
  async #overtaken(problem: ProblemDetails): Promise<void> {
    const live = await this.#editing.live();
    if (live === undefined) {
      this.problem.value = problem;
      return;
    }
    this.conflict.value = bringTogether(this.#editing, live);
  }
}

export function bringTogether({ workspace }: Editing, live: Live): Conflicted {
  const theirs = new Map([...live.files].map(([file, text]) => [file, text.replace(/\r\n?/g, '\n')]));
  return { live, ...mergeFiles(workspace.base.peek().files, workspace.files.peek(), theirs) };
}
