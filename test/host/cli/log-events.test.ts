/** host/cli/log-events.ts and log-text.ts */

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { RefusedError } from '../../../host/cli/admin-client.ts';
import { CliError } from '../../../host/cli/cli-error.ts';
import { follow, type LogEvent } from '../../../host/cli/log-events.ts';
import { logText } from '../../../host/cli/log-text.ts';
import { plain } from '../../../host/cli/paint.ts';
import { viewOf } from '../../../host/logs/line.ts';
import { said } from '../logs/said.ts';

const line = (text: string, sequence = 1) =>
  viewOf({ ...said(text), sequence, at: 0 } as Parameters<typeof viewOf>[0]) as LogEvent & object;
const event = (text: string, id: number) => `id: ${id}\nevent: line\ndata: ${JSON.stringify(line(text, id))}\n\n`;
const ended = (why: string) => `event: end\ndata: ${JSON.stringify({ why })}\n\n`;

describe('follow(parts)', () => {
  /** Follows a host that answers each attempt with the next of these. */
  async function followed(replies: readonly (string[] | Error)[], abortAfter = Number.POSITIVE_INFINITY) {
    const asked: (string | undefined)[] = [];
    const lost: string[] = [];
    const waited: number[] = [];
    const told: unknown[] = [];
    const stopping = new AbortController();
    const client = {
      async events(_path: string, lastId: string | undefined): Promise<IncomingMessage> {
        const reply = replies[asked.length];
        asked.push(lastId);
        if (reply === undefined || reply instanceof Error) throw reply ?? new RefusedError({ code: 'no_such_plugin' } as never, undefined);
        return Readable.from(reply.map((chunk) => Buffer.from(chunk))) as IncomingMessage;
      },
    };
    const wait = async (ms: number) => {
      waited.push(ms);
      if (waited.length === abortAfter) stopping.abort();
    };
    const parts = { client, path: '/', signal: stopping.signal, lost: (why: string) => void lost.push(why), random: () => 1, wait };
    let error: unknown;
    try {
      for await (const one of follow(parts)) told.push(one.kind === 'line' ? one.text : one);
    } catch (thrown) {
      error = thrown;
    }
    return { asked, lost, waited, told, error };
  }

  it('goes on behind the last event when the connection is lost, in growing steps', async () => {
    const down = new CliError('No nbox host answers');
    const { asked, told, waited, lost } = await followed([
      ['id: 4\n\n', event('ü', 5).slice(0, 30), event('ü', 5).slice(30)],
      ...Array.from({ length: 7 }, () => down),
      [event('b', 6), 'id: 9\n\n'],
      [event('c', 10), ended('removed'), event('never', 11)],
    ]);
    assert.deepEqual(told, ['ü', 'b', 'c']);
    assert.deepEqual(asked, [undefined, ...Array.from({ length: 8 }, () => '5'), '9']);
    assert.deepEqual(waited, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 500]);
    assert.match(lost[0] as string, /connection was closed/);
    assert.match(lost[1] as string, /No nbox host answers/);
  });

  it('asks anew at once where the host only wants the token again', async () => {
    const { asked, waited } = await followed([
      ['id: 4\n\n', ended('renew')],
      ['id: 4\n\n', ended('removed')],
    ]);
    assert.deepEqual([asked, waited], [[undefined, '4'], []]);
  });

  it('fails where there is no host at first, and where one refuses', async () => {
    assert.equal((await followed([new CliError('No host')])).error instanceof CliError, true);
    const { error, told } = await followed([[event('a', 1)]]);
    assert.ok(error instanceof RefusedError);
    assert.deepEqual(told, ['a']);
  });

  it('waits for a host that stops, until nobody wants more', async () => {
    const stopping = new RefusedError({ code: 'stopping', detail: 'The host is stopping', diagnostics: [] }, undefined);
    const { error, lost } = await followed([['id: 1\n\n', ended('stopping')], stopping, stopping], 3);
    assert.equal(error, undefined);
    assert.match(lost.join('\n'), /the host is stopping\nstopping: /);
  });

  it('takes what a newer host says, and nothing that is no log', async () => {
    const { told } = await followed([['event: news\ndata: {}\n\n', event('a', 1), ended('removed')]]);
    assert.deepEqual(told, ['a']);
    const { error } = await followed([['event: line\ndata: {"kind":"line"}\n\n']]);
    assert.match(String(error), /no log/);
  });
});

describe('logText(event, paint)', () => {
  const shown = (one: object) => logText(one as LogEvent, plain);

  it('shows who has said it, and sets in what follows the first line', () => {
    const text = shown({ ...line('one\n1970-01-01T00:00:00.000Z error r9 forged\u001b[2J'), call: '3f2a91c0-aaaa', last: true });
    assert.equal(
      text,
      '1970-01-01T00:00:00.000Z info  r1 3f2a91c0 one\n    | 1970-01-01T00:00:00.000Z error r9 forged\\u001b[2J\n    | … what this call wrote after it was dropped',
    );
    assert.match(shown({ ...line('x'), release: null, preview: 'abc', cut: true }), /info {2}preview abc a-call x…$/);
    assert.match(shown({ ...line('x'), release: null, for: 'tests', call: null }), /info {2}tests x$/);
  });

  it('tells what is missing', () => {
    const at = '1970-01-01T00:00:00.000Z';
    assert.equal(shown({ kind: 'dropped', at, preview: null, for: null, lines: 12 }), `${at} … 12 lines dropped`);
    assert.equal(shown({ kind: 'dropped', at, preview: 'abc', for: null, lines: 1 }), `${at} … 1 line dropped of preview abc`);
    assert.match(shown({ kind: 'gap', missed: 3 }), /3 lines missed/);
    assert.match(shown({ kind: 'gap', missed: null }), /may be missing/);
  });
});
