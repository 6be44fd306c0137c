/** Streams events as they come, and goes on from where a client was cut off. */
const encoder = new TextEncoder();
const total = 4;

export default {
  async fetch(request): Promise<Response> {
    let id = Number(request.headers.get('Last-Event-ID') ?? '0');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(encoder.encode('retry: 1000\n\n'));
      },
      async pull(controller) {
        if (id >= total) {
          controller.close();
          return;
        }
        id += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        controller.enqueue(encoder.encode(`id: ${id}\nevent: tick\ndata: ${JSON.stringify({ id })}\n\n`));
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' } });
  },
} satisfies ExportedHandler;
