/** Sends every request to the same path of another host. */
const base = 'https://new.example';
const statusCode = 308;

export default {
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    return Response.redirect(base + pathname + search, statusCode);
  },
};
