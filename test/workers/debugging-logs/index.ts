/** Sends what went wrong to a place for logs, after it has answered. */
import { origin } from './origins.json';

const LOG_URL = `${origin}/log`;

async function postLog(data: string): Promise<Response> {
  return fetch(LOG_URL, { method: 'POST', body: data });
}

export default {
  async fetch(request, _env, ctx): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(origin + new URL(request.url).pathname);
      if (!response.ok) {
        const body = await response.text();
        throw new Error(`Bad response at origin. Status: ${response.status} Body: ${body.trim().substring(0, 10)}`);
      }
    } catch (error) {
      // The call lives until the log is written; the client does not wait for it.
      ctx.waitUntil(postLog(String(error)));
      const stack = JSON.stringify((error as Error).message) || String(error);
      response = new Response(stack, { status: 502, headers: { 'X-Debug-Err': String((error as Error).message).slice(0, 12) } });
    }
    return response;
  },
} satisfies ExportedHandler;
