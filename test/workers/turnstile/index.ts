/** Takes a form only with a token that another service vouches for. */
import { origin } from './origins.json';

const SECRET_KEY = 'secret-1';

async function handlePost(request: Request): Promise<Response> {
  const body = await request.formData();
  const token = body.get('cf-turnstile-response');
  const formData = new FormData();
  formData.append('secret', SECRET_KEY);
  formData.append('response', typeof token === 'string' ? token : '');
  formData.append('remoteip', request.headers.get('x-forwarded-for') ?? '');
  const result = await fetch(`${origin}/siteverify`, { body: formData, method: 'POST' });
  const outcome = (await result.json()) as { success: boolean };
  if (!outcome.success) return new Response('The provided token was not valid!', { status: 401 });
  return new Response(`Token validated for ${body.get('name')}`);
}

export default {
  async fetch(request): Promise<Response> {
    if (request.method === 'POST') return handlePost(request);
    return new Response('<form method="post"><div class="cf-turnstile"></div></form>', { headers: { 'content-type': 'text/html' } });
  },
} satisfies ExportedHandler;
