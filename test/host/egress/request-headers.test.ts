/** The headers of a request as they go out. */

import assert from 'node:assert/strict';
import { outgoingHeaders } from '../../../host/egress/request-headers.ts';

const of = (headers: readonly string[], wanted: string) =>
  headers.flatMap((name, i) => (i % 2 === 0 && name === wanted ? [headers[i + 1]] : []));

describe('outgoingHeaders(headers, hops, mark, trace)', () => {
  const own = ['accept', 'text/html', 'traceparent', 'own', 'tracestate', 'own=1', 'connection', 'x-mine', 'x-mine', '1'];

  it('leaves a trace to the plugin where the host makes none', () => {
    const sent = outgoingHeaders(own);
    assert.deepEqual([of(sent, 'traceparent'), of(sent, 'tracestate')], [['own'], ['own=1']]);
  });

  it("sets the host's in place of the plugin's, its state with it", () => {
    const sent = outgoingHeaders(own, undefined, undefined, ['traceparent', 'ours']);
    assert.deepEqual([of(sent, 'traceparent'), of(sent, 'tracestate')], [['ours'], []]);
    assert.deepEqual([of(sent, 'accept'), of(sent, 'x-mine'), of(sent, 'cdn-loop')], [['text/html'], [], ['nbox']]);
  });
});
