/** Has a text formatted by the worker, which is started with the first. */

import { workerOf } from '../../parts/worker.ts';
import type { FormatAnswer, FormatQuestion } from './format-messages.ts';

/** A worker that does not answer for so long is ended: some texts take a parser very long. */
const longestMs = 10_000;

export class Formatter {
  #worker: Worker | undefined;
  #next = 1;

  /** @returns the text in its form; what is wrong with it as an Error */
  async format(file: string, text: string): Promise<string | Error> {
    this.#worker ??= workerOf('format');
    const worker = this.#worker;
    const id = this.#next++;
    return await new Promise((resolve) => {
      const done = (result: string | Error) => {
        clearTimeout(timer);
        worker.removeEventListener('message', heard);
        worker.removeEventListener('error', failed);
        resolve(result);
      };
      const heard = ({ data }: MessageEvent<FormatAnswer>) => {
        if (data.id === id) done('text' in data ? data.text : new Error(data.problem));
      };
      const failed = () => {
        this.close();
        done(new Error('The formatter could not be loaded.'));
      };
      const timer = setTimeout(() => {
        this.close();
        done(new Error('Formatting takes too long.'));
      }, longestMs);
      worker.addEventListener('message', heard);
      worker.addEventListener('error', failed);
      worker.postMessage({ id, file, text } satisfies FormatQuestion);
    });
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
