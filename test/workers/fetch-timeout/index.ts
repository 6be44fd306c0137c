/** Waits only so long for another server, and has something else to say where it does not answer. */
import { origin } from './origins.json';

export default {
  async fetch(request): Promise<Response> {
    try {
      const response = await fetch(origin + new URL(request.url).pathname, { signal: AbortSignal.timeout(300) });
      return new Response(`in time: ${await response.text()}`);
    } catch (error) {
      return new Response(`fallback: ${(error as Error).name}`, { status: 203 });
    }
  },
} satisfies ExportedHandler;
