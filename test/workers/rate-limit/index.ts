/** Lets each client make a few requests a minute, counted in memory. */
const limit = 3;
const windowMs = 60_000;
const clients = new Map<string, { count: number; readonly until: number }>();

function take(key: string, now: number): { readonly left: number; readonly resetS: number } {
  let client = clients.get(key);
  if (client === undefined || client.until <= now) {
    client = { count: 0, until: now + windowMs };
    clients.set(key, client);
  }
  client.count += 1;
  return { left: limit - client.count, resetS: Math.ceil((client.until - now) / 1000) };
}

export default {
  async fetch(request): Promise<Response> {
    const key = request.headers.get('x-api-key');
    if (key === null) return new Response('x-api-key is missing', { status: 400 });
    const { left, resetS } = take(key, Date.now());
    const headers = {
      'RateLimit-Limit': String(limit),
      'RateLimit-Remaining': String(Math.max(0, left)),
      'RateLimit-Reset': String(resetS),
    };
    if (left < 0)
      return new Response('429 Failure - rate limit exceeded', { status: 429, headers: { ...headers, 'Retry-After': String(resetS) } });
    return new Response('Success!', { headers });
  },
} satisfies ExportedHandler;
