/** Compresses replies for clients that take it, and reads compressed requests. */
const text = 'All work and no play makes Jack a dull boy.\n'.repeat(200);

export default {
  async fetch(request): Promise<Response> {
    if (request.headers.get('content-encoding') === 'gzip' && request.body !== null) {
      const plain = await new Response(request.body.pipeThrough(new DecompressionStream('gzip'))).text();
      return new Response(`${plain.length} characters: ${plain.slice(0, 10)}`);
    }
    const encoding = (['gzip', 'deflate'] as const).find((one) => request.headers.get('accept-encoding')?.includes(one));
    if (encoding === undefined) return new Response(text);
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream(encoding));
    return new Response(stream, { headers: { 'content-type': 'text/plain', 'content-encoding': encoding, vary: 'accept-encoding' } });
  },
} satisfies ExportedHandler;
