/** Refuses to upgrade, as one must where there are no WebSockets, and streams events in their place. */
export default {
  async fetch(request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname !== '/socket') return new Response('Use /socket');
    if (typeof (globalThis as { WebSocketPair?: unknown }).WebSocketPair === 'function') return new Response('could upgrade');
    return new Response('Expected no Upgrade: this host has no WebSockets', {
      status: 426,
      headers: { Upgrade: 'none', Link: '</events>; rel=alternate' },
    });
  },
} satisfies ExportedHandler;
