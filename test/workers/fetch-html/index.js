/** Fetches a page, and answers with it. */
import { origin } from './origins.json';

export default {
  async fetch() {
    const init = { headers: { 'content-type': 'text/html;charset=UTF-8' } };
    const response = await fetch(`${origin}/page`, init);
    const { headers } = response;
    const contentType = headers.get('content-type') || '';
    const results = contentType.includes('text/html') ? await response.text() : 'no page';
    return new Response(results, init);
  },
};
