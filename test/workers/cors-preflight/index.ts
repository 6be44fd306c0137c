/** An API that pages of some origins may call: it answers their preflights, and marks its replies. */
const allowedOrigins = ['https://shop.example', 'https://admin.shop.example'];
const allowedMethods = 'GET,HEAD,POST,OPTIONS';

function corsHeaders(request: Request): Record<string, string> {
  const origin = request.headers.get('Origin');
  if (origin === null || !allowedOrigins.includes(origin)) return {};
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
}

function handleOptions(request: Request): Response {
  const { headers } = request;
  const isPreflight =
    headers.get('Origin') !== null &&
    headers.get('Access-Control-Request-Method') !== null &&
    headers.get('Access-Control-Request-Headers') !== null;
  if (!isPreflight) return new Response(null, { headers: { Allow: allowedMethods } });
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders(request),
      'Access-Control-Allow-Methods': allowedMethods,
      'Access-Control-Max-Age': '86400',
      'Access-Control-Allow-Headers': headers.get('Access-Control-Request-Headers') ?? '',
    },
  });
}

export default {
  async fetch(request): Promise<Response> {
    if (request.method === 'OPTIONS') return handleOptions(request);
    if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
      return new Response(null, { status: 405, statusText: 'Method Not Allowed' });
    }
    return Response.json({ ok: true }, { headers: corsHeaders(request) });
  },
} satisfies ExportedHandler;
