/** Adds the headers that protect pages, and takes out those that tell too much. */
import { origin } from './origins.json';

const DEFAULT_SECURITY_HEADERS = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp; report-to="default";',
};
const BLOCKED_HEADERS = ['Public-Key-Pins', 'X-Powered-By', 'X-AspNet-Version'];

export default {
  async fetch(request): Promise<Response> {
    const response = await fetch(origin + new URL(request.url).pathname, request);
    const newHeaders = new Headers(response.headers);
    // Files that are no pages go through as they are.
    if (!newHeaders.get('Content-Type')?.includes('text/html')) {
      return new Response(response.body, { status: response.status, statusText: response.statusText, headers: newHeaders });
    }
    for (const [name, value] of Object.entries(DEFAULT_SECURITY_HEADERS)) newHeaders.set(name, value);
    for (const name of BLOCKED_HEADERS) newHeaders.delete(name);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers: newHeaders });
  },
} satisfies ExportedHandler;
