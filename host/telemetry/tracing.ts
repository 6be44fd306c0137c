/** What the traffic port needs of a tracer. */

import type { IncomingHttpHeaders } from 'node:http';
import type { CallTrace } from '../dispatch/call-trace.ts';
import type { CallError } from '../dispatch/dispatch.ts';
import type { LiveRelease } from '../release/release.ts';

export interface IngressTracing {
  accept(headers: IncomingHttpHeaders): CallTrace;
  /** The request was turned away before it became a call. */
  refused(live: LiveRelease, headers: IncomingHttpHeaders, error: CallError): void;
}
