/**
 * Asks the host about the files that are being written. It tells only what has changed since the version that was answered last, and all of
 * it again where the host does not know that one any more.
 */

import { ApiError } from '../../api/problem.ts';
import type { Files } from './merge-files.ts';
import type { Answers } from './wire.ts';

export type Kind = keyof Answers;

export interface Place {
  readonly file: string;
  readonly offset: number;
  readonly name?: string;
}

/** As `ask` of the client has it: the path below the plugin's, and the body. Nothing comes back where something newer was asked. */
export type Send = (
  path: string,
  body: object,
  signal: AbortSignal | undefined,
) => Promise<{ readonly version: number; readonly result: unknown } | undefined>;

export class LanguageSession {
  readonly #send: Send;
  readonly #session: string;
  #version = 0;
  /** As they were when the version was given. */
  #current: Files = new Map();
  /** What the host has answered last. */
  #known: { readonly version: number; readonly files: Files } | undefined;

  /** @param session no other editor's */
  constructor(send: Send, session: string) {
    this.#send = send;
    this.#session = session;
  }

  /**
   * @returns undefined where something newer was asked meanwhile, or the host has no time for it now
   * @throws ApiError where that says something to the author; what `signal` throws
   */
  async ask<K extends Kind>(kind: K, files: Files, place?: Place, signal?: AbortSignal): Promise<Answers[K] | undefined> {
    try {
      return await this.#once(kind, files, place, signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 'editor_session_lost') {
        this.#known = undefined;
        return await this.#once(kind, files, place, signal);
      }
      if (error.code === 'editor_busy') return undefined;
      throw error;
    }
  }

  async #once<K extends Kind>(
    kind: K,
    files: Files,
    place: Place | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Answers[K] | undefined> {
    if (files !== this.#current) {
      this.#current = files;
      this.#version += 1;
    }
    const version = this.#version;
    const known = this.#known;
    const body = {
      ...{ session: this.#session, version, ...(known === undefined ? {} : { since: known.version }) },
      ...{ files: Object.fromEntries(known === undefined ? files : differences(known.files, files)), ...place },
    };
    const answer = await this.#send(`editor/${kind}`, body, signal);
    if (answer === undefined) return undefined;
    // Answers may come in another order than their questions.
    if (this.#known === undefined || this.#known.version < version) this.#known = { version, files };
    return answer.result as Answers[K];
  }
}

export function differences(before: Files, after: Files): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const [file, text] of after) if (before.get(file) !== text) found.set(file, text);
  for (const file of before.keys()) if (!after.has(file)) found.set(file, null);
  return found;
}
