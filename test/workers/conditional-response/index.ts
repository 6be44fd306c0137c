/** Answers by what the request is: its host, method, path, agent. */
const BLOCKED_HOSTNAMES = ['nope.example', 'bye.example'];

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    if (BLOCKED_HOSTNAMES.includes(url.hostname)) return new Response('Blocked Host', { status: 403 });
    if (/\.(doc|xml)$/.test(url.pathname)) return new Response('Blocked Extension', { status: 403 });
    if (request.method === 'POST') return new Response('Response for POST');
    const userAgent = request.headers.get('User-Agent') || '';
    if (userAgent.includes('bot')) return new Response('Block User Agent containing bot', { status: 403 });
    if (request.headers.get('x-forwarded-for')?.split(',')[0]?.trim() === '192.0.2.1') {
      return new Response('Block the IP 192.0.2.1', { status: 403 });
    }
    return new Response('fine');
  },
} satisfies ExportedHandler;
