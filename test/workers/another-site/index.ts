/** Answers with another site, as it streams in. */
import { origin } from './origins.json';

export default {
  async fetch(request): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(`Method ${request.method} not allowed.`, { status: 405, headers: { Allow: 'GET, HEAD' } });
    const url = new URL(request.url);
    return fetch(new URL(url.pathname + url.search, origin), { method: request.method });
  },
} satisfies ExportedHandler;
