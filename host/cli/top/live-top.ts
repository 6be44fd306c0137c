/** `nbox top` on a terminal, until it is quit: what is looked at again and again, what keys do, and the terminal as it was before. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type AdminClient, RefusedError } from '../admin-client.ts';
import { paintFor } from '../paint.ts';
import { type PressedKey, readKeys } from '../terminal/keys.ts';
import { Screen } from '../terminal/screen.ts';
import { followHappenings, type Happening, type Overview } from './happenings.ts';
import { type Sample, takeSample } from './sample.ts';
import { chosen, press, type TopState } from './state.ts';
import { rowsShown, type Size, type TopView, timeOf, topLines } from './view.ts';

export class LiveTop {
  readonly #client: AdminClient;
  readonly #url: string;
  readonly #everyMs: number;
  readonly #screen = new Screen(process.stdout);
  readonly #paint = paintFor(process.stdout);
  readonly #ended = new AbortController();
  #state: TopState;
  #sample: Sample | undefined;
  #overview: Overview | undefined;
  #happened: Happening | undefined;
  #trouble: string | undefined;
  #isStopped = false;
  /** What ends it without having been wished. */
  #failure: unknown;

  constructor(client: AdminClient, url: string, state: TopState, everyMs: number) {
    this.#client = client;
    this.#url = url;
    this.#state = state;
    this.#everyMs = everyMs;
  }

  async run(): Promise<void> {
    const quit = (): void => this.#ended.abort();
    const draw = (): void => this.#draw();
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, quit);
    process.stdout.on('resize', draw);
    try {
      using _ = this.#screen;
      using keys = new HeldKeys((key) => this.#press(key, keys));
      this.#screen.open();
      draw();
      await Promise.all([this.#look(), this.#follow()]);
    } finally {
      for (const signal of signals) process.off(signal, quit);
      process.stdout.off('resize', draw);
    }
    // Told when the terminal is as it was.
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        const sample = await takeSample(this.#client);
        if (!this.#state.isPaused) this.#sample = sample;
        this.#trouble = undefined;
      } catch (error) {
        // What it refuses once it refuses again; a host that is gone may come back.
        if (error instanceof RefusedError && this.#sample === undefined) return this.#fail(error);
        this.#trouble = (error as Error).message;
      }
      this.#draw();
      await sleep(this.#everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async #follow(): Promise<void> {
    await followHappenings({
      ...{ client: this.#client, signal: this.#ended.signal },
      overview: (overview) => {
        if (this.#state.isPaused) return;
        this.#overview = overview;
        this.#draw();
      },
      happened: (happened) => {
        this.#happened = happened;
      },
    }).catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#ended.abort();
  }

  #press(key: PressedKey, keys: HeldKeys): void {
    if (key.ctrl && key.name === 'z') {
      this.#stop(keys);
      return;
    }
    const size = sizeOf(process.stdout);
    const all = chosen(this.#sample?.plugins ?? [], this.#state).length;
    const next = press(this.#state, key, { all, shown: rowsShown(size) });
    if (next === 'quit') this.#ended.abort();
    else {
      this.#state = next;
      this.#draw();
    }
  }

  /** As the shell's own Ctrl-Z, which is a key here: what comes back is drawn anew. */
  #stop(keys: HeldKeys): void {
    this.#isStopped = true;
    keys.release();
    this.#screen.close();
    process.once('SIGCONT', () => {
      this.#isStopped = false;
      keys.hold();
      this.#screen.open();
      this.#draw();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  #draw(): void {
    if (this.#isStopped || this.#ended.signal.aborted) return;
    const known = { sample: this.#sample, overview: this.#overview, happened: this.#happened, trouble: this.#trouble };
    const view: TopView = { url: this.#url, ...known, time: timeOf(Date.now()) };
    this.#screen.draw(topLines(view, this.#state, sizeOf(process.stdout), this.#paint));
  }
}

/** The terminal's keys, which can be let go for a while. */
class HeldKeys implements Disposable {
  readonly #pressed: (key: PressedKey) => void;
  #held: Disposable | undefined;

  constructor(pressed: (key: PressedKey) => void) {
    this.#pressed = pressed;
    this.hold();
  }

  hold(): void {
    this.#held ??= readKeys(process.stdin, this.#pressed);
  }

  release(): void {
    this.#held?.[Symbol.dispose]();
    this.#held = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** One that does not know its size says 0. */
function sizeOf(stream: NodeJS.WriteStream): Size {
  return { width: stream.columns > 0 ? stream.columns : 80, height: stream.rows > 0 ? stream.rows : 24 };
}
