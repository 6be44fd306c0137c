/** Counts in memory: by key, and in order, since a sandbox does one thing at a time. */
class Counter {
  readonly #values = new Map<string, number>();

  async add(key: string, by: number): Promise<number> {
    const value = (this.#values.get(key) ?? 0) + by;
    this.#values.set(key, value);
    return value;
  }

  get(key: string): number {
    return this.#values.get(key) ?? 0;
  }
}

const counter = new Counter();

export default {
  async fetch(request): Promise<Response> {
    const url = new URL(request.url);
    const name = url.searchParams.get('name');
    if (name === null) return new Response('Select a counter with the URL query string, for example, ?name=A', { status: 400 });
    switch (url.pathname) {
      case '/increment':
        return new Response(String(await counter.add(name, 1)));
      case '/decrement':
        return new Response(String(await counter.add(name, -1)));
      case '/':
        return new Response(String(counter.get(name)));
      default:
        return new Response('Not found', { status: 404 });
    }
  },
} satisfies ExportedHandler;
