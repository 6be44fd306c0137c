/** Shows each visitor one of two pages, and the same one ever after, by a cookie. */
import { origin } from './origins.json';

const NAME = 'myExampleWorkersABTest';

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname !== '/') return fetch(origin + url.pathname);
    const cookie = request.headers.get('cookie');
    if (cookie?.includes(`${NAME}=control`)) return fetch(`${origin}/control`);
    if (cookie?.includes(`${NAME}=test`)) return fetch(`${origin}/test`);
    const group = Math.random() < 0.5 ? 'test' : 'control';
    let response = await fetch(`${origin}/${group}`);
    response = new Response(response.body, response);
    response.headers.append('Set-Cookie', `${NAME}=${group}; path=/`);
    return response;
  },
} satisfies ExportedHandler;
