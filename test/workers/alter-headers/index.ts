/** Changes the headers of what another server answers. */
import { origin } from './origins.json';

export default {
  async fetch(request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const response = await fetch(origin + pathname + search);
    // What fetch gives is immutable: a copy of it is not.
    const newResponse = new Response(response.body, response);
    newResponse.headers.append('x-workers-hello', 'Hello from a plugin');
    newResponse.headers.delete('x-header-to-delete');
    newResponse.headers.set('x-header-to-change', 'NewValue');
    return newResponse;
  },
} satisfies ExportedHandler;
