/** Sends every request to one place. */
const destination = 'https://shop.example/welcome';

export default {
  async fetch(): Promise<Response> {
    return Response.redirect(destination, 301);
  },
} satisfies ExportedHandler;
