/** The route that calls a plugin by hand where no request does: a scheduled time, a batch of messages, a method. */

import { randomUUID } from 'node:crypto';
import type { Context } from 'koa';
import { NboxError } from '../../guards/errors.ts';
import { handlerInterface, type Interface, methodInterface } from '../../loader/interface.ts';
import type { Invocation, invocationBody } from '../api/bodies/invocations.ts';
import type { Shape } from '../api/operation.ts';
import { invokePlugin } from '../api/operations/plugins.ts';
import { CallError, CallSignal, type Dispatch } from '../dispatch/dispatch.ts';
import { checkHops, hopsHeader } from '../dispatch/hops.ts';
import { type Event, messageOutcomes, type Outcome, type QueueMessage } from '../dispatch/outcome.ts';
import { callerName } from '../hygiene/caller.ts';
import { type LiveRelease, named } from '../release/release.ts';
import { bodyLimitBytes } from './body.ts';
import { liveRelease } from './plugins.ts';
import { type Asked, type Route, route } from './route.ts';

/** What calling plugins takes. */
export interface Calls {
  readonly find: (plugin: string) => LiveRelease | undefined;
  readonly dispatch: Dispatch;
  /** Logs a failure. @returns what whoever has the token may read of it */
  readonly explain: (live: LiveRelease, error: NboxError) => NboxError | Promise<NboxError>;
}

export function invocationRoutes(calls: Calls): Route[] {
  return [route(invokePlugin, (ctx, params, { body }) => invoke(ctx, body, calls, () => liveRelease(calls.find, params)))];
}

type AskedInvocation = Asked<Shape, typeof invocationBody>['body'];

/** @param find what shall be called, or throws; asked again when the body was read */
export async function invoke(
  ctx: Context,
  body: AskedInvocation,
  { dispatch, explain }: Omit<Calls, 'find'>,
  find: () => LiveRelease,
): Promise<void> {
  // A plugin with a token can call others this way, too.
  const hops = ctx.req.headers[hopsHeader] as string | undefined;
  checkHops(hops);
  const { requestBytes } = find().limits;
  const invocation = await body(Math.min(requestBytes, bodyLimitBytes));
  // Only now: a push may have gone live while the body was read.
  let live = find();
  const hasWaited = live.held !== undefined;
  for (; live.held !== undefined; live = find()) await live.held;
  const name = interfaceOf(invocation);
  if (!live.interfaces.has(name)) throw new NboxError('no_such_interface', noSuch(name, live));
  const event = eventOf(invocation, Date.now());
  const id = randomUUID();
  ctx.set('nbox-call', id);
  const call = {
    id,
    ...{ live, interface: name, head: JSON.stringify(event), body: undefined, hops, hasWaited },
    idempotent: live.release.manifest.idempotent,
    caller: callerName('token', ctx.state['actor']),
    ...('messages' in event ? { messages: event.messages.length } : {}),
    ...{ admittedAt: performance.now(), signal: signalOf(ctx) },
  };
  try {
    const { outcome = {} } = await dispatch(call);
    ctx.body = { ...named(live.release), interface: name, outcome: 'ok', ...shown(event, outcome) };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw withOutcome(await explain(live, error), event, error.outcome);
  }
}

function interfaceOf(invocation: Invocation): Interface {
  return invocation.interface === 'rpc'
    ? methodInterface(invocation.entrypoint, invocation.method)
    : handlerInterface(invocation.interface, invocation.entrypoint);
}

function noSuch(name: Interface, { interfaces }: LiveRelease): string {
  const known = [...interfaces];
  return `The plugin has no ${name}; it has ${known.slice(0, 10).join(', ')}${known.length > 10 ? ` and ${known.length - 10} more` : ''}`;
}

function eventOf(invocation: Invocation, now: number): Event {
  switch (invocation.interface) {
    case 'scheduled':
      return { cron: invocation.cron, scheduledTime: invocation.scheduledTime ?? now };
    case 'rpc':
      return { args: invocation.args };
    case 'queue':
      return {
        queue: invocation.queue,
        messages: invocation.messages.map(({ id, body, contentType, attempts, timestamp }): QueueMessage => {
          const sent = { id: id ?? randomUUID(), timestamp: timestamp ?? now, attempts };
          return contentType === 'bytes' ? { ...sent, bytes: body as string } : { ...sent, body };
        }),
      };
  }
}

function signalOf({ res }: Context): CallSignal {
  const signal = new CallSignal();
  res.once('close', () => {
    if (!res.writableFinished) signal.abort();
  });
  return signal;
}

function shown(event: Event, outcome: Outcome): object {
  return 'messages' in event ? { messages: messageOutcomes(event, outcome) } : outcome;
}

/** A batch that failed tells all the same what became of its messages: what was acked before stays so. */
function withOutcome(error: NboxError, event: Event, outcome: Outcome | undefined): NboxError {
  if (outcome === undefined) return error;
  return new NboxError(error.code, { ...error.details, extensions: { ...shown(event, outcome) } });
}
