/** The events of a plugin's log as they come: across lost connections and restarts of the host, without a loss as far as the host has them. */

import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { type AdminClient, RefusedError } from './admin-client.ts';
import { CliError } from './cli-error.ts';

const speaker = { preview: z.string().nullable(), for: z.string().nullable(), at: z.iso.datetime(), sequence: z.number() };

/** An entry as the host says it; a newer one may say more. */
export const entrySchema = z.discriminatedUnion('kind', [
  z.looseObject({
    ...{ kind: z.literal('line'), ...speaker, release: z.number().nullable(), call: z.string().nullable() },
    ...{ level: z.string(), text: z.string(), cut: z.boolean(), last: z.boolean() },
  }),
  z.looseObject({ kind: z.literal('dropped'), ...speaker, lines: z.number() }),
]);
export type LogEntry = z.infer<typeof entrySchema>;

/** `gap`: how many entries are missing here, or `null` where that is not known. */
export type LogEvent = LogEntry | { readonly kind: 'gap'; readonly missed: number | null };

const gapSchema = z.looseObject({ missed: z.number().nullable() });
const endSchema = z.looseObject({ why: z.string() });

export interface FollowParts {
  readonly client: Pick<AdminClient, 'events'>;
  /** The path with its query, for the first time. */
  readonly path: string;
  /** Aborted when nobody wants more. */
  readonly signal: AbortSignal;
  /** Told why the host cannot be heard, and for how long it is left alone. */
  readonly lost: (why: string, forMs: number) => void;
  readonly random?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Between two attempts: the first, and the longest. */
const backOff = { firstMs: 500, mostMs: 15_000 };
/** An entry is far shorter. */
const mostBuffered = 4 * 1_048_576;
/** What a host says that may be another thing a moment later. */
const passing: ReadonlySet<string> = new Set(['stopping', 'too_many_tails', 'internal_error']);

/**
 * Ends where the plugin was removed, and when it is aborted.
 * @throws CliError where the host cannot be reached at first, RefusedError where it refuses
 */
export async function* follow({ client, path, signal, lost, random = Math.random, wait = pause }: FollowParts): AsyncGenerator<LogEvent> {
  let lastId: string | undefined;
  for (let failed = 0; ; ) {
    let why = 'the connection was closed';
    try {
      const reply = await client.events(path, lastId, signal);
      for await (const event of eventsOf(reply, (id) => (lastId = id))) {
        failed = 0;
        if (event.kind !== 'end') yield event;
        else if (event.why === 'removed') return;
        else why = event.why === 'renew' ? '' : 'the host is stopping';
      }
    } catch (error) {
      if (signal.aborted) return;
      const isPassing = !(error instanceof RefusedError) || passing.has(error.problem.code);
      if (lastId === undefined || !isPassing) throw error;
      why = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    if (why === '') continue;
    const forMs = Math.min(backOff.mostMs, backOff.firstMs * 2 ** failed) * (0.5 + random() / 2);
    failed += 1;
    lost(why, forMs);
    await wait(forMs, signal);
    if (signal.aborted) return;
  }
}

type Told = LogEvent | { readonly kind: 'end'; readonly why: string };

async function* eventsOf(reply: IncomingMessage, seen: (id: string) => void): AsyncGenerator<Told> {
  let told: Told[] = [];
  const parser = createParser({
    maxBufferSize: mostBuffered,
    onId: seen,
    onEvent: ({ event, data }) => {
      const one = eventOf(event, data);
      if (one !== undefined) told.push(one);
    },
    onError: ({ message, type }) => {
      if (type === 'max-buffer-size-exceeded') throw new CliError(`What the host sends is no log: ${message}`);
    },
  });
  for await (const chunk of reply.setEncoding('utf8')) {
    parser.feed(chunk as string);
    const ready = told;
    told = [];
    yield* ready;
  }
}

/** `undefined` for one of a newer host. @throws CliError */
function eventOf(event: string | undefined, data: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (event === 'line' || event === 'dropped') return entrySchema.parse(value);
    if (event === 'gap') return { kind: 'gap', missed: gapSchema.parse(value).missed };
    return event === 'end' ? { kind: 'end', why: endSchema.parse(value).why } : undefined;
  } catch {
    throw new CliError('What the host sends is no log');
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
