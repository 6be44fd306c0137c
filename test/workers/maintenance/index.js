/** Says that the site is being worked on, but for those who work on it. */
const trusted = ['198.51.100.7'];

export default {
  async fetch(request) {
    const address = request.headers.get('x-forwarded-for')?.split(',').pop()?.trim();
    if (trusted.includes(address)) return new Response('the site');
    return new Response('<h1>Back soon</h1>', {
      status: 503,
      statusText: 'Down for maintenance',
      headers: { 'Content-Type': 'text/html', 'Retry-After': '3600', 'Cache-Control': 'no-store' },
    });
  },
};
