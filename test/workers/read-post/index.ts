/** Serves a form, and reads what is posted: JSON, a form of either kind, text, bytes. */
const page = '<form method="post"><input name="name"></form>';

async function readRequestBody(request: Request): Promise<string> {
  const contentType = request.headers.get('content-type') ?? '';
  if (contentType.includes('application/json')) return JSON.stringify(await request.json());
  if (contentType.includes('application/text') || contentType.includes('text/')) return request.text();
  if (contentType.includes('form')) {
    const formData = await request.formData();
    const body: Record<string, string> = {};
    for (const [name, value] of formData.entries()) {
      body[name] = typeof value === 'string' ? value : `${value.name} (${value.type}): ${await value.text()}`;
    }
    return JSON.stringify(body);
  }
  return `${(await request.arrayBuffer()).byteLength} bytes`;
}

export default {
  async fetch(request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/form') return new Response(page, { headers: { 'content-type': 'text/html;charset=UTF-8' } });
    if (request.method !== 'POST') return new Response(`The request was a ${request.method}`);
    return new Response(`The request body sent in was ${await readRequestBody(request)}`);
  },
} satisfies ExportedHandler;
