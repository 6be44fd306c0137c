/** The API's operations as an OpenAPI 3.1 document. */

import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import { idPart } from '../host/api/answers/names.ts';
import { problem } from '../host/api/answers/problem.ts';
import { type Operation, type Refusal, tags } from '../host/api/operation.ts';
import { anyOther } from '../host/api/refusals.ts';

const description = `On port 8081 (\`--admin-port\`), loopback unless configured. Bodies are JSON in UTF-8, sent as they are (no
\`content-encoding\`), at most 32 MiB and 64 levels deep. Every failure is an RFC 9457 problem with a stable \`code\`;
match on the code: what each means and what to do about it is in [errors.md](errors.md). Unknown fields and unknown query
parameters are errors. \`HEAD\` works wherever \`GET\` does.

Each operation names the scope that its token must have, and (\`x-nbox-of\`) what must be within the token's reach:
\`plugin\`, what the path names; \`host\`, everything; \`reach\`, nothing, since only what is within it is shown.

The \`Host\` header must be a loopback name, \`--admin-host\`, or one of \`--admin-hosts\`; else 421 \`host_not_allowed\`.
Operations without a scope take no token; those of health answer under any Host, too.`;

/** What paths have everywhere the same. */
const params: Readonly<Record<string, z.ZodType>> = {
  domain: idPart.meta({ param: { id: 'domain', description: 'Business domain' } }),
  group: idPart.meta({ param: { id: 'group', description: 'Function group' } }),
  name: idPart.meta({ param: { id: 'name', description: 'Function' } }),
};

const anyOtherResponse = { id: 'Problem', description: anyOther.says, content: { 'application/problem+json': { schema: problem } } };

/** @param operations in the order of the document @param version of nbox */
export function apiDocument(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const one of operations) {
    const path = one.pattern.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: operationOf(one) };
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: {
        ...{ title: 'nbox admin API', version, summary: 'Push plugins, see what is live, and what it costs.', description },
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: 'http://127.0.0.1:8081' }],
      tags: Object.entries(tags).map(([name, says]) => ({ name, description: says })),
      paths: paths as ZodOpenApiPathsObject,
      components: {
        securitySchemes: {
          token: {
            ...{ type: 'http', scheme: 'bearer' },
            description:
              "The operator's token, from `NBOX_ADMIN_TOKEN`, or printed once at the first start, or one that was made by `POST /v1/tokens`. In its place a browser has the cookie of a session, and sends `nbox-csrf` along with each change.",
          },
        },
      },
    },
    { override: tidied },
  );
  for (const parameter of parametersOf(document)) delete parameter.schema['description'];
  return document;
}

/** A parameter's description stands beside its schema already. */
function parametersOf({ paths = {}, components = {} }: ReturnType<typeof createDocument>): { schema: Record<string, unknown> }[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as { parameters?: unknown[] }[]);
  const all = [...operations.flatMap(({ parameters = [] }) => parameters), ...Object.values(components.parameters ?? {})];
  return (all as { schema?: Record<string, unknown> }[]).filter(
    (one): one is { schema: Record<string, unknown> } => one.schema !== undefined,
  );
}

function operationOf(one: Operation): ZodOpenApiOperationObject {
  const names = [...one.pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return {
    ...{ operationId: one.operation, tags: [one.tag], summary: one.summary },
    ...(one.description === undefined ? {} : { description: one.description }),
    security: one.access === 'none' ? [] : [{ token: [one.access] }],
    ...(one.access === 'none' ? {} : { 'x-nbox-of': one.of }),
    requestParams: {
      ...(names.length === 0 ? {} : { path: z.object(Object.fromEntries(names.map((name) => [name, inPath(one, name)]))) }),
      ...(Object.keys(one.query).length === 0 ? {} : { query: z.object({ ...one.query }) }),
      ...(one.headers.length === 0 ? {} : { header: z.object(Object.fromEntries(one.headers.map(({ name, schema }) => [name, schema]))) }),
    },
    ...(one.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: one.body } } } }),
    responses: responsesOf(one),
  };
}

function inPath({ params: own = {}, operation }: Operation, name: string): z.ZodType {
  const schema = own[name] ?? params[name];
  if (schema === undefined) throw new Error(`${operation} does not say what ${name} is`);
  return schema;
}

function responsesOf({ answers, errors }: Operation): ZodOpenApiResponsesObject {
  const responses: ZodOpenApiResponsesObject = {};
  for (const [status, { says, json, others = {}, etag }] of Object.entries(answers)) {
    const content = { ...(json === undefined ? {} : { 'application/json': json }), ...others };
    responses[status as `${1 | 2 | 3 | 4 | 5}${string}`] = {
      description: says,
      ...(etag === undefined ? {} : { headers: z.object({ ETag: z.string().describe(etag) }) }),
      ...(Object.keys(content).length === 0
        ? {}
        : { content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])) }),
    };
  }
  for (const refusal of errors) {
    const status = String(refusal.status) as `${1 | 2 | 3 | 4 | 5}${string}`;
    if (responses[status] !== undefined) throw new Error(`${status} is there twice`);
    responses[status] = refusalOf(refusal);
  }
  return { ...responses, default: anyOtherResponse };
}

function refusalOf({ says, body = problem, retryAfter }: Refusal) {
  return {
    description: says,
    ...(retryAfter === true ? { headers: z.object({ 'Retry-After': z.int().optional().describe('Seconds') }) } : {}),
    content: { 'application/problem+json': { schema: body } },
  };
}

interface Rendered {
  readonly jsonSchema: Record<string, unknown>;
  readonly io: 'input' | 'output';
}

/** Answers may get more fields, and a safe integer's bounds are no news. */
function tidied({ jsonSchema, io }: Rendered): void {
  if (io === 'output' && jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
}
