import type { Check } from '../check.ts';

const event = (id: number) => `id: ${id}\nevent: tick\ndata: {"id":${id}}\n\n`;

export default [
  {
    it: 'streams its events',
    has: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'content-length': null },
    text: `retry: 1000\n\n${[1, 2, 3, 4].map(event).join('')}`,
  },
  { it: 'goes on', headers: { 'last-event-id': '3' }, text: `retry: 1000\n\n${event(4)}` },
] satisfies Check[];
