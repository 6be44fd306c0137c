/** A client with one connection that it keeps, and how long it waits for each reply. */

import { Agent, get } from 'node:http';

export interface Timed {
  readonly status: number;
  readonly text: string;
  /** From the call to the reply's end. */
  readonly ms: number;
}

/** Owned by whoever makes it. One call at a time. */
export class Client implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  get(url: string): Promise<Timed> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const request = get(url, { agent: this.#agent }, (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        reply.on('error', reject);
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text, ms: performance.now() - began }));
      });
      request.on('error', reject);
    });
  }

  /**
   * @returns how long it took, in ms
   * @throws Error where the reply is another one
   */
  async expect(url: string, expected: string): Promise<number> {
    const { status, text, ms } = await this.get(url);
    if (status !== 200 || text !== expected) throw new Error(`${url} answers ${status} ${text.slice(0, 500)} in place of ${expected}`);
    return ms;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
