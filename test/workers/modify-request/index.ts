/** Changes the method, headers, body and target of a request before it passes it on, and leaves the rest as it is. */
import { origin } from './origins.json';

export default {
  async fetch(request): Promise<Response> {
    const url = new URL('/echo', origin);
    url.searchParams.set('from', new URL(request.url).pathname);
    const first = new Request(url, request.clone());
    const newRequest = new Request(first, {
      body: JSON.stringify({ length: (await request.text()).length }),
      method: 'PATCH',
      redirect: 'manual',
      headers: { ...Object.fromEntries(request.headers), 'content-type': 'application/json', 'x-example': 'bar' },
    });
    newRequest.headers.delete('x-drop');
    return fetch(newRequest);
  },
} satisfies ExportedHandler;
