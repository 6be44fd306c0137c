/** The admin API as the commands use it: requests with the token, replies checked, refusals as errors. */

import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Diagnostic } from '../../guards/errors.ts';
import { CliError, exitCodes, refusal } from './cli-error.ts';
import { type Exchange, exchange } from './exchange.ts';
import { showProgress } from './progress.ts';
import type { AdminSettings } from './settings.ts';

const position = z.object({ file: z.string(), line: z.number(), column: z.number() });
export const diagnosticSchema = position.extend({
  severity: z.enum(['error', 'warning']).default('error'),
  code: z.string(),
  message: z.string(),
}) satisfies z.ZodType<Diagnostic>;

const problemSchema = z.looseObject({
  status: z.number().optional(),
  code: z.string(),
  detail: z.string(),
  pointer: z.string().optional(),
  position: position.optional(),
  diagnostics: z.array(diagnosticSchema).default([]),
});

export type HostProblem = z.infer<typeof problemSchema>;

/** The host's refusal. */
export class RefusedError extends CliError {
  readonly problem: HostProblem;

  constructor(problem: HostProblem, hint: string | undefined) {
    super(refusal(problem), { hint, ...(problem.status === 401 || problem.status === 403 ? { exitCode: exitCodes.denied } : {}) });
    this.problem = problem;
  }
}

/** Builds wait for each other, and a host bounds them itself. */
const timeoutMs = 120_000;
/** Where nothing is logged, a host says so every 15 s. */
const beatlessMs = 45_000;
/** A host that sends says something sooner. */
const silenceMs = 60_000;

export class AdminClient {
  readonly #settings: AdminSettings;
  readonly #isQuiet: boolean;

  /** @param isQuiet whether nothing is said on a terminal of how long the host takes: where something else is drawn there */
  constructor(settings: AdminSettings, { isQuiet = false }: { readonly isQuiet?: boolean } = {}) {
    this.#settings = settings;
    this.#isQuiet = isQuiet;
  }

  /**
   * @param path with its query
   * @param schema of what is needed of the reply: a newer host may send more
   * @throws RefusedError, CliError
   */
  async ask<T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown): Promise<{ status: number; value: T }> {
    using _ = this.#isQuiet ? undefined : showProgress(() => `waiting for ${this.#settings.url} …`);
    const reply = await this.#send(method, path, 'application/json', body);
    const status = reply.statusCode ?? 0;
    const value = await this.#read(reply);
    if (status >= 200 && status < 300) {
      const parsed = schema.safeParse(value);
      if (parsed.success) return { status, value: parsed.data };
    }
    throw this.#failure(reply, value);
  }

  /**
   * What the host sends, as it comes, in place of JSON. Whoever has it reads or destroys it.
   * @param body where it is given, the method is POST
   * @throws RefusedError, CliError
   */
  async download(path: string, body?: unknown): Promise<IncomingMessage> {
    const reply = await this.#send(body === undefined ? 'GET' : 'POST', path, '*/*', body);
    if (reply.statusCode !== 200) throw this.#failure(reply, await this.#read(reply));
    reply.setTimeout(silenceMs, () => reply.destroy(new CliError(`${this.#settings.url} sent nothing for ${silenceMs / 1_000} s`)));
    return reply;
  }

  /**
   * Server-sent events, as they come. Whoever has them reads or destroys them.
   * @param lastId of the event to go on behind
   * @param signal ends them
   * @throws RefusedError, CliError
   */
  async events(path: string, lastId: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    const resumed = lastId === undefined ? {} : { 'last-event-id': lastId };
    const reply = await this.#send('GET', path, 'text/event-stream', undefined, { headers: resumed, signal });
    if (reply.statusCode !== 200) throw this.#failure(reply, await this.#read(reply));
    if (!/^text\/event-stream\b/.test(reply.headers['content-type'] ?? '')) {
      reply.destroy();
      throw this.#failure(reply, undefined);
    }
    reply.setTimeout(beatlessMs, () => reply.destroy(new CliError(`${this.#settings.url} sent nothing for ${beatlessMs / 1_000} s`)));
    return reply;
  }

  #send(
    method: string,
    path: string,
    accept: string,
    body?: unknown,
    more: Pick<Exchange, 'headers' | 'signal'> = {},
  ): Promise<IncomingMessage> {
    const { url, token } = this.#settings;
    return exchange({
      ...{ method, base: url, path, timeoutMs },
      ...(more.signal === undefined ? {} : { signal: more.signal }),
      headers: {
        ...{ authorization: `Bearer ${token}`, accept },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more.headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** As JSON; `undefined` where it is none. */
  async #read(reply: IncomingMessage): Promise<unknown> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of reply) chunks.push(chunk as Buffer);
    } catch (error) {
      throw new CliError(`The answer of ${this.#settings.url} was cut off`, { cause: error });
    }
    return parse(Buffer.concat(chunks).toString());
  }

  #failure(reply: IncomingMessage, value: unknown): CliError {
    const { statusCode = 0, headers } = reply;
    const problem = problemSchema.safeParse(value);
    if (statusCode >= 300 && problem.success)
      return new RefusedError({ ...problem.data, status: statusCode }, this.#hint(problem.data.code));
    return new CliError(
      `What answers at ${this.#settings.url} is no nbox admin API: status ${statusCode}, ${headers['content-type'] ?? 'no content type'}`,
    );
  }

  #hint(code: string): string | undefined {
    if (code === 'handover_failed') return 'With --no-handover the new release starts fresh';
    return code === 'unauthorized' ? `The token came from ${this.#settings.tokenFrom}` : undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
