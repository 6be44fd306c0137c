/** Streams a reply by TransformStreams: one that is written to while it is read, one that changes what passes through. */
async function write(writable: WritableStream<Uint8Array>): Promise<void> {
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  for (const word of ['stream', 'of', 'words']) {
    await writer.write(encoder.encode(`${word}\n`));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await writer.close();
}

class UpperCase extends TransformStream<string, string> {
  constructor() {
    super({
      transform(chunk, controller) {
        controller.enqueue(chunk.toUpperCase());
      },
      flush(controller) {
        controller.enqueue('END\n');
      },
    });
  }
}

export default {
  async fetch(request, _env, ctx): Promise<Response> {
    if (request.body !== null && request.method === 'POST') {
      return new Response(
        request.body.pipeThrough(new TextDecoderStream()).pipeThrough(new UpperCase()).pipeThrough(new TextEncoderStream()),
      );
    }
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    ctx.waitUntil(write(writable));
    return new Response(readable, { headers: { 'content-type': 'text/plain' } });
  },
} satisfies ExportedHandler;
