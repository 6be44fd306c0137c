/** Reads lines of JSON as they come in, and answers each with one as it is done. */
function lines(): TransformStream<string, string> {
  let rest = '';
  return new TransformStream<string, string>({
    transform(chunk, controller) {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) if (line !== '') controller.enqueue(line);
    },
    flush(controller) {
      if (rest !== '') controller.enqueue(rest);
    },
  });
}

export default {
  async fetch(request): Promise<Response> {
    if (request.body === null) return new Response('Send lines of JSON', { status: 400 });
    let sum = 0;
    const replies = request.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(lines())
      .pipeThrough(
        new TransformStream<string, string>({
          transform(line, controller) {
            const { price } = JSON.parse(line) as { price: number };
            sum += price;
            controller.enqueue(`${JSON.stringify({ price, sum })}\n`);
          },
        }),
      )
      .pipeThrough(new TextEncoderStream());
    return new Response(replies, { headers: { 'content-type': 'application/x-ndjson' } });
  },
} satisfies ExportedHandler;
