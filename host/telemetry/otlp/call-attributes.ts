/** What a call's span says of it, by OpenTelemetry's semantic conventions where they have a word. */

import { type Attributes, type Span, SpanKind, type SpanOptions, SpanStatusCode } from '@opentelemetry/api';
import { isNboxError } from '../../../guards/errors.ts';
import { type Interface, isHttp } from '../../../loader/interface.ts';
import type { Reply, Spent } from '../../dispatch/dispatch.ts';
import { endingOf } from '../../dispatch/ending.ts';
import type { Release } from '../../release/release.ts';

const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE', 'QUERY']);
const mostPathChars = 512;

export const callName = ({ plugin }: Release, name: Interface): string => `${plugin} ${name}`;

/** @param head the call's, where it has become one */
export function callBegins(release: Release, name: Interface, lane: string, head?: string): SpanOptions {
  const { plugin, number, preview } = release;
  const trigger = isHttp(name) ? 'http' : name.startsWith('scheduled') ? 'timer' : name.startsWith('queue') ? 'pubsub' : 'other';
  const kind = trigger === 'http' ? SpanKind.SERVER : trigger === 'pubsub' ? SpanKind.CONSUMER : SpanKind.INTERNAL;
  const attributes: Attributes = {
    ...{ 'nbox.plugin': plugin, 'nbox.interface': name, 'nbox.lane': lane, 'faas.name': plugin, 'faas.trigger': trigger },
    ...(preview === undefined ? { 'nbox.release': number, 'faas.version': String(number) } : { 'nbox.preview': preview }),
    ...(trigger === 'http' && head !== undefined ? ofRequest(head) : {}),
  };
  return { kind, attributes };
}

/** No query: it is where secrets are. */
function ofRequest(head: string): Attributes {
  const [method = '', href = ''] = head.split('\n', 2);
  const url = URL.parse(href);
  return {
    ...(methods.has(method) ? { 'http.request.method': method } : { 'http.request.method': '_OTHER' }),
    ...(url === null
      ? {}
      : { 'url.path': url.pathname.slice(0, mostPathChars), 'url.scheme': url.protocol.slice(0, -1), 'server.address': url.hostname }),
  };
}

export interface Ended {
  readonly spent: Spent;
  readonly error?: unknown;
  readonly reply?: Reply | undefined;
  readonly isAborted?: boolean;
}

/** Says how it ended, and ends it. */
export function callEnds(span: Span, { spent, error, reply, isAborted = false }: Ended): void {
  const { executor, waitUs, initUs, cpuUs, steps, memoryBytes, hostCalls } = spent;
  const outcome = endingOf(error, isAborted);
  const code = error === undefined ? undefined : isNboxError(error) ? error.code : 'internal_error';
  const status = isNboxError(error) ? error.status : reply === undefined ? 500 : statusOf(reply);
  span.setAttributes({
    ...{ 'nbox.outcome': outcome, 'nbox.executor': executor, 'nbox.wait_us': waitUs, 'nbox.cpu_us': cpuUs },
    ...{ 'nbox.steps': steps, 'nbox.memory_peak_bytes': memoryBytes, 'nbox.host_calls': hostCalls, 'faas.coldstart': initUs > 0 },
    ...(initUs > 0 ? { 'nbox.init_us': initUs } : {}),
    ...(status === undefined ? {} : { 'http.response.status_code': status }),
  });
  const failed = code ?? (status !== undefined && status >= 500 ? String(status) : undefined);
  if (failed !== undefined) {
    span.setAttribute('error.type', failed);
    // What the caller did wrong is no error of the server's.
    if (outcome !== 'aborted' && (status === undefined || status >= 500)) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
  }
  span.end();
}

/** `undefined` of an event's. */
function statusOf({ head }: Reply): number | undefined {
  const status = Number.parseInt(head, 10);
  return Number.isInteger(status) ? status : undefined;
}
