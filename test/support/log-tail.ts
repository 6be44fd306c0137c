/** A live tail of a plugin's log over HTTP. Whoever opens one closes it. */

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createParser } from 'eventsource-parser';
import { type RunningHost, token } from './running-host.ts';

export interface TailEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read it by name
  readonly data: any;
}

export class LogTail {
  readonly events: TailEvent[] = [];
  lastId: string | undefined;
  isOver = false;
  readonly #reply: IncomingMessage;

  private constructor(reply: IncomingMessage) {
    this.#reply = reply;
    const parser = createParser({
      onId: (id) => {
        this.lastId = id;
      },
      onEvent: ({ event = '', id, data }) => void this.events.push({ event, id, data: JSON.parse(data) }),
    });
    reply.setEncoding('utf8').on('data', (text: string) => parser.feed(text));
    reply.on('error', () => undefined);
    reply.once('close', () => {
      this.isOver = true;
    });
  }

  static async open(host: RunningHost, plugin: string, query = '', lastId?: string): Promise<LogTail> {
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const sent = request({
      ...{ port: host.host.admin.port, host: '127.0.0.1', path: `/v1/plugins/${plugin}/logs${query}`, agent: false },
      headers: lastId === undefined ? headers : { ...headers, 'last-event-id': lastId },
    });
    sent.end();
    const [reply] = await once(sent, 'response');
    if (reply.statusCode !== 200) throw new Error(`the tail was answered with ${reply.statusCode}`);
    return new LogTail(reply);
  }

  /** Resolves with the first event that is such a one, when it has come. */
  async until(wanted: (event: TailEvent) => boolean): Promise<TailEvent> {
    for (;;) {
      const found = this.events.find(wanted);
      if (found !== undefined) return found;
      if (this.isOver) throw new Error(`the tail ended after ${JSON.stringify(this.events.slice(-3))}`);
      await Promise.race([once(this.#reply, 'data'), once(this.#reply, 'close')]);
    }
  }

  text(text: string): Promise<TailEvent> {
    return this.until(({ data }) => data.text === text);
  }

  close(): void {
    this.#reply.destroy();
  }
}
