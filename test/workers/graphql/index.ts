/** A small endpoint in the manner of GraphQL: named queries over POST, errors in the reply. */
interface Query {
  readonly operationName?: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}
type Resolver = (variables: Readonly<Record<string, unknown>>) => unknown;

const offers = [
  { id: '1', title: 'Mug', price: 4.5 },
  { id: '2', title: 'Lamp', price: 30 },
];
const resolvers: Record<string, Resolver> = {
  offers: () => offers,
  offer: ({ id }) => offers.find((offer) => offer.id === id) ?? null,
  fail: () => {
    throw new Error('resolver failed');
  },
};

function execute({ query, variables = {} }: Query): object {
  const fields = [...query.matchAll(/(\w+)(?:\([^)]*\))?\s*\{([\w\s]+)\}/g)];
  if (fields.length === 0) return { errors: [{ message: 'Syntax Error: no selection' }] };
  const data: Record<string, unknown> = {};
  const errors: object[] = [];
  for (const [, name = '', selection = ''] of fields) {
    const pick = (item: object) =>
      Object.fromEntries(
        selection
          .trim()
          .split(/\s+/)
          .map((key) => [key, (item as Record<string, unknown>)[key] ?? null]),
      );
    try {
      const found = resolvers[name]?.(variables);
      if (resolvers[name] === undefined) throw new Error(`Cannot query field "${name}"`);
      data[name] = Array.isArray(found) ? found.map(pick) : found === null ? null : pick(found as object);
    } catch (error) {
      data[name] = null;
      errors.push({ message: (error as Error).message, path: [name] });
    }
  }
  return errors.length === 0 ? { data } : { data, errors };
}

export default {
  async fetch(request): Promise<Response> {
    if (request.method !== 'POST') return new Response('Use POST', { status: 405, headers: { Allow: 'POST' } });
    let body: Query;
    try {
      body = (await request.json()) as Query;
    } catch (error) {
      return Response.json(
        { errors: [{ message: error instanceof SyntaxError ? 'The body is not JSON' : 'unexpected' }] },
        { status: 400 },
      );
    }
    return Response.json(execute(body), { headers: { 'content-type': 'application/graphql-response+json' } });
  },
} satisfies ExportedHandler;
