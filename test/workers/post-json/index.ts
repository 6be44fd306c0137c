/** Posts JSON to another server. */
import { origin } from './origins.json';

export default {
  async fetch(request): Promise<Response> {
    const body = { results: ['default data to send'], errors: null, msg: `I sent this from ${new URL(request.url).pathname}` };
    const response = await fetch(`${origin}/echo`, {
      body: JSON.stringify(body),
      method: 'POST',
      headers: { 'content-type': 'application/json;charset=UTF-8' },
    });
    return new Response(await response.text(), { headers: { 'content-type': 'application/json;charset=UTF-8' } });
  },
} satisfies ExportedHandler;
