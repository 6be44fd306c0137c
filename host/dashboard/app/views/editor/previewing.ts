/** A preview of the files as they are, made anew when they have changed, and the request that it is tried with. */

import { signal } from '@preact/signals';
import { ask, get, send } from '../../api/client.ts';
import { ApiError, type ProblemDetails, unreachable } from '../../api/problem.ts';
import type { LogEntry } from '../../api/wire.ts';
import type { Editing } from './editing.ts';
import { invocationOf, isEvent } from './event-draft.ts';
import type { Files } from './merge-files.ts';
import { requestOf } from './request-draft.ts';
import type { EventAnswer, MadePreview, PreviewAnswer } from './wire.ts';

/** Of what only hinders trying it out: what is published is held to all of it. */
export interface Leniency {
  readonly types: boolean;
  readonly tests: boolean;
}

export type Step = 'idle' | 'building' | 'calling';

interface LogPage {
  readonly entries: readonly LogEntry[];
  readonly next: number;
}

const ttlSeconds = 3_600;
const mostLines = 100;

export class Previewing {
  readonly step = signal<Step>('idle');
  readonly leniency = signal<Leniency>({ types: false, tests: false });
  readonly made = signal<{ readonly preview: MadePreview; readonly files: Files; readonly leniency: Leniency } | undefined>(undefined);
  readonly answer = signal<PreviewAnswer | undefined>(undefined);
  readonly event = signal<EventAnswer | undefined>(undefined);
  /** Why there is no answer: of the building, or of the request itself. */
  readonly problem = signal<ProblemDetails | undefined>(undefined);
  readonly #editing: Editing;

  constructor(editing: Editing) {
    this.#editing = editing;
  }

  /** Has it built, where it has changed, and sends the request. */
  async run(): Promise<void> {
    if (this.step.peek() !== 'idle') return;
    const draft = this.#editing.request.peek();
    const request = isEvent(draft.method) ? invocationOf(draft) : requestOf(draft);
    if (typeof request === 'string') {
      this.problem.value = { status: 0, code: 'invalid_request', title: 'The request cannot be sent', detail: request };
      return;
    }
    this.problem.value = undefined;
    try {
      this.step.value = 'building';
      const { preview } = await this.#make();
      this.step.value = 'calling';
      if (isEvent(draft.method)) {
        this.answer.value = undefined;
        this.event.value = await this.#invoke(preview.preview.id, request);
      } else {
        this.event.value = undefined;
        this.answer.value = await this.#ask<PreviewAnswer>(preview.preview.id, 'requests', request);
      }
    } catch (error) {
      this.answer.value = undefined;
      this.event.value = undefined;
      this.problem.value =
        error instanceof ApiError
          ? error.problem
          : { ...unreachable, code: 'page_failed', title: 'The page failed', detail: String(error) };
    } finally {
      this.step.value = 'idle';
    }
  }

  /** Nobody looks at it any more. */
  close(): void {
    const made = this.made.peek();
    if (made !== undefined) this.#end(made.preview.preview.id);
  }

  async #make() {
    const files = this.#editing.workspace.files.peek();
    const leniency = this.leniency.peek();
    const before = this.made.peek();
    const isSame = before !== undefined && before.files === files && before.leniency === leniency;
    if (isSame && Date.parse(before.preview.preview.expiresAt) > Date.now()) return before;
    const query = new URLSearchParams({ ...(leniency.types ? { typecheck: 'warn' } : {}), ...(leniency.tests ? { tests: 'skip' } : {}) });
    const body = { files: Object.fromEntries(files), ttlSeconds, message: 'From the editor' };
    const { value: preview } = await ask<MadePreview>(`/v1/plugins/${this.#editing.plugin}/previews?${query}`, { method: 'POST', body });
    if (before !== undefined) this.#end(before.preview.preview.id);
    const made = { preview, files, leniency };
    this.made.value = made;
    return made;
  }

  async #ask<T>(id: string, what: string, body: object): Promise<T> {
    try {
      return (await ask<T>(`/v1/plugins/${this.#editing.plugin}/previews/${id}/${what}`, { method: 'POST', body })).value;
    } catch (error) {
      // It had to make room for another one, or the host was started anew.
      if (error instanceof ApiError && error.code === 'no_such_preview') this.made.value = undefined;
      throw error;
    }
  }

  async #invoke(id: string, body: object): Promise<EventAnswer> {
    const before = await this.#said(id, 0);
    const {
      preview: _,
      plugin: __,
      interface: name,
      ...result
    } = await this.#ask<{ preview: string; plugin: string; interface: string }>(id, 'invocations', body);
    const { entries } = await this.#said(id, mostLines, before.next);
    return { interface: name, result, logs: entries };
  }

  /** Of the preview's console, what came behind an entry. */
  async #said(id: string, limit: number, since?: number): Promise<LogPage> {
    const query = new URLSearchParams({ preview: id, limit: String(limit), ...(since === undefined ? {} : { since: String(since) }) });
    try {
      return await get<LogPage>(`/v1/plugins/${this.#editing.plugin}/logs?${query}`);
    } catch (error) {
      // Of a plugin that has never said anything, and was never live, there is none.
      if (error instanceof ApiError && error.code === 'no_such_plugin') return { entries: [], next: 0 };
      throw error;
    }
  }

  #end(id: string): void {
    // One that is over already is no loss.
    send(`/v1/plugins/${this.#editing.plugin}/previews/${id}`, { method: 'DELETE' }).catch(() => undefined);
  }
}
