/** Shows the headers of a request in every way that they can be read. */
export default {
  async fetch(request): Promise<Response> {
    console.log(new Map(request.headers));
    const mine = [...request.headers].filter(([name]) => name.startsWith('x-'));
    const keys: string[] = [];
    request.headers.forEach((_, name) => {
      if (name.startsWith('x-')) keys.push(name);
    });
    const copy = new Headers(request.headers);
    copy.append('x-a', 'added');
    copy.delete('x-b');
    return Response.json({
      mine,
      keys,
      has: request.headers.has('X-A'),
      none: request.headers.get('nothing'),
      a: copy.get('x-A'),
      b: copy.get('x-b'),
    });
  },
} satisfies ExportedHandler;
