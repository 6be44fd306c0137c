/** Asks another origin for each host. */
import { origin } from './origins.json';

const ORIGINS: Record<string, string> = {
  'starwarsapi.example': `${origin}/json`,
  'docs.example': `${origin}/docs`,
};

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    const target = ORIGINS[url.hostname];
    if (target === undefined) return new Response('No origin for this host', { status: 404 });
    return fetch(target + url.pathname + url.search, request);
  },
} satisfies ExportedHandler;
