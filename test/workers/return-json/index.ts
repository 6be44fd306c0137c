/** Returns JSON. */
export default {
  async fetch(): Promise<Response> {
    const data = { hello: 'world', é: [1, null, { deep: true }] };
    return Response.json(data, { status: 201, headers: { 'x-kind': 'json' } });
  },
} satisfies ExportedHandler;
