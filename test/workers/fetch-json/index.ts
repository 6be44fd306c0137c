/** Fetches JSON, looks at it, and answers with something made of it. */
import { origin } from './origins.json';

interface Named {
  readonly name: string;
}

async function gatherResponse(response: Response): Promise<{ contentType: string; result: string }> {
  const contentType = response.headers.get('content-type') || '';
  if (contentType.includes('application/json')) return { contentType, result: (await response.json<Named>()).name };
  return { contentType, result: await response.text() };
}

export default {
  async fetch(request): Promise<Response> {
    const response = await fetch(origin + new URL(request.url).pathname, { headers: { accept: 'application/json' } });
    const { contentType, result } = await gatherResponse(response);
    return new Response(`${response.status} ${contentType}: ${result}`);
  },
} satisfies ExportedHandler;
