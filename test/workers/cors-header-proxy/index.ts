/** Lets pages call an API that does not allow it, by asking on their behalf. */
import { origin } from './origins.json';

const PROXY_ENDPOINT = '/corsproxy/';
const corsHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET,HEAD,POST,OPTIONS',
  'Access-Control-Max-Age': '86400',
};

async function handleRequest(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const apiUrl = url.searchParams.get('apiurl') ?? `${origin}/json/a`;
  // The API is to see its own origin, and to think that it is not asked across sites.
  const asked = new Request(apiUrl, request);
  asked.headers.set('Origin', new URL(apiUrl).origin);
  const answered = await fetch(asked);
  const response = new Response(answered.body, answered);
  response.headers.set('Access-Control-Allow-Origin', request.headers.get('Origin') ?? url.origin);
  response.headers.append('Vary', 'Origin');
  return response;
}

function handleOptions(request: Request): Response {
  const wanted = request.headers.get('Access-Control-Request-Headers');
  if (request.headers.get('Origin') !== null && request.headers.get('Access-Control-Request-Method') !== null && wanted !== null) {
    return new Response(null, { headers: { ...corsHeaders, 'Access-Control-Allow-Headers': wanted } });
  }
  return new Response(null, { headers: { Allow: 'GET, HEAD, POST, OPTIONS' } });
}

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    if (!url.pathname.startsWith(PROXY_ENDPOINT)) {
      return new Response(`<h1>API GET without CORS Proxy</h1><a href="${PROXY_ENDPOINT}">with it</a>`, {
        headers: { 'content-type': 'text/html;charset=UTF-8' },
      });
    }
    if (request.method === 'OPTIONS') return handleOptions(request);
    if (['GET', 'HEAD', 'POST'].includes(request.method)) return handleRequest(request);
    return new Response(null, { status: 405, statusText: 'Method Not Allowed' });
  },
} satisfies ExportedHandler;
