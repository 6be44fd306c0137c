/** Shows images to pages of this site only. */
import { origin } from './origins.json';

const HOMEPAGE_URL = 'https://tutorial.example/';
const PROTECTED_TYPE = 'image/';

export default {
  async fetch(request) {
    const response = await fetch(origin + new URL(request.url).pathname);
    const referer = request.headers.get('Referer');
    const contentType = response.headers.get('Content-Type') || '';
    if (referer && contentType.startsWith(PROTECTED_TYPE)) {
      if (new URL(referer).hostname !== new URL(request.url).hostname) return Response.redirect(HOMEPAGE_URL, 302);
    }
    return response;
  },
};
