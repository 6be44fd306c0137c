/** What a sandbox in the bench's own process tells: of a plugin that only replies, whatever else it does shows as a reply that is missing. */

import type { SandboxEvents } from '../../loader/sandbox/sandbox-events.ts';

export function replyEvents(onReply: (body: string) => unknown): SandboxEvents {
  return {
    reply: (_call, _left, _waiting, _head, body) => void onReply(Buffer.from(body?.bytes.subarray(body.start, body.end) ?? []).toString()),
    fail: (_call, _left, message) => void onReply(`a throw: ${message}`),
    settled: () => undefined,
    keep: () => 'there',
    log: () => true,
    due: () => undefined,
    op: () => false,
  };
}
