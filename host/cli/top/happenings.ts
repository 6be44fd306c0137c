/** The host's own events as `nbox top` follows them: how it is doing, once a second, and what has happened last. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { type AdminClient, RefusedError } from '../admin-client.ts';

const overviewSchema = z.looseObject({
  ...{ at: z.number(), plugins: z.number(), callsPerSecond: z.number(), failuresPerSecond: z.number() },
  lanes: z.array(z.looseObject({ lane: z.string(), waiting: z.number(), inFlight: z.number(), executors: z.number(), busy: z.number() })),
});
export type Overview = z.infer<typeof overviewSchema>;

const eventSchema = z.looseObject({ at: z.number(), plugin: z.string().optional() });

/** What happened, in a line. */
export interface Happening {
  readonly at: number;
  readonly text: string;
}

export interface HappeningParts {
  readonly client: Pick<AdminClient, 'events'>;
  readonly signal: AbortSignal;
  readonly overview: (overview: Overview) => void;
  readonly happened: (happening: Happening) => void;
}

const path = '/v1/events?types=overview,push,deployment,removal,rollout,breaker,executor_lost';
const againMs = 2_000;
const mostBuffered = 1_048_576;

/** Until it is aborted, across lost connections. @throws RefusedError where the host will never say it */
export async function followHappenings({ client, signal, overview, happened }: HappeningParts): Promise<void> {
  while (!signal.aborted) {
    try {
      const reply = await client.events(path, undefined, signal);
      const parser = createParser({
        maxBufferSize: mostBuffered,
        onEvent: ({ event, data }) => take(event ?? '', data, overview, happened),
      });
      for await (const chunk of reply.setEncoding('utf8')) parser.feed(chunk as string);
    } catch (error) {
      if (signal.aborted) return;
      const isFinal = error instanceof RefusedError && ['unauthorized', 'forbidden'].includes(error.problem.code);
      if (isFinal) throw error;
    }
    await sleep(againMs, undefined, { signal }).catch(() => {});
  }
}

/** The next overview, for those who want one only. @throws CliError where the host cannot be asked; undefined where it says none in time */
export async function oneOverview(client: Pick<AdminClient, 'events'>, withinMs: number): Promise<Overview | undefined> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), withinMs);
  let found: Overview | undefined;
  try {
    const overview = (one: Overview) => {
      found = one;
      ended.abort();
    };
    await followHappenings({ client, signal: ended.signal, overview, happened: () => {} });
    return found;
  } finally {
    clearTimeout(timer);
  }
}

/** What a newer host says otherwise is passed over. */
function take(event: string, data: string, overview: HappeningParts['overview'], happened: HappeningParts['happened']): void {
  const value = parse(data);
  if (event === 'overview') {
    const parsed = overviewSchema.safeParse(value);
    if (parsed.success) overview(parsed.data);
    return;
  }
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) happened({ at: parsed.data.at, text: wordsOf(event, parsed.data) });
}

function wordsOf(event: string, { at: _, plugin, ...rest }: z.infer<typeof eventSchema>): string {
  const details = Object.entries(rest)
    .filter(([, value]) => typeof value !== 'object' && value !== undefined && value !== '')
    .map(([name, value]) => `${name} ${value}`);
  return [event.replaceAll('_', ' '), ...(plugin === undefined ? [] : [plugin]), ...details].join('  ');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
