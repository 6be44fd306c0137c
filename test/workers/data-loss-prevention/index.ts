/** Masks what must not leave in a text from another server, and tells that it has. */
import { origin } from './origins.json';

const sensitiveRegexsMap: Record<string, RegExp> = {
  creditCard: /\b\d{4}(?:[ -]?\d{4}){3}\b/g,
  email: /\b[\w.+-]+@[\w-]+\.[\w.-]+\b/g,
  phone: /\b07\d{9}\b/g,
};
const SOMETHING_WENT_WRONG = `${origin}/log`;

export default {
  async fetch(request, _env, ctx): Promise<Response> {
    const response = await fetch(origin + new URL(request.url).pathname);
    const contentType = response.headers.get('content-type') || '';
    if (!contentType.toLowerCase().includes('text/')) return response;
    let text = await response.text();
    const found: string[] = [];
    for (const [kind, pattern] of Object.entries(sensitiveRegexsMap)) {
      const masked = text.replace(pattern, '**********');
      if (masked !== text) found.push(kind);
      text = masked;
    }
    if (found.length > 0) ctx.waitUntil(fetch(SOMETHING_WENT_WRONG, { method: 'POST', body: JSON.stringify({ found }) }));
    return new Response(text, response);
  },
} satisfies ExportedHandler;
