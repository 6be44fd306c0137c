/** The API's document as a page. */

import { errorCatalogue } from '../../guards/errors.ts';
import { type Schema, schemaHtml, schemaSlug } from './api-schema.ts';
import { escaped } from './escaped.ts';
import { type Heading, htmlOf, inlineHtmlOf } from './markdown.ts';

interface Parameter {
  readonly $ref?: string;
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string; readonly schema?: Schema }>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly { readonly token?: readonly string[] }[];
  readonly 'x-nbox-of'?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface ApiDocument {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

const file = 'docs/openapi.json';

export function apiHtml({ info, tags, paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const parts = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const html = own.map((one) => operationHtml(one, components));
    return `<h2 id="${name}">${escaped(titleOf(name))}</h2>\n<p>${escaped(description)}.</p>\n${html.join('\n')}`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    return `<h3 id="${schemaSlug(name)}">${escaped(name)}</h3>\n${schemaHtml(schema)}`;
  });
  const head = `<h1>API</h1>\n${htmlOf(info.description, file)}<p>This page is made of <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>\n`;
  return `${head}${parts.join('\n')}\n<h2 id="schemas">Schemas</h2>\n${schemas.join('\n')}\n`;
}

export function apiHeadings({ tags, paths, components }: ApiDocument): Heading[] {
  const all = Object.values(paths).flatMap((item) => Object.values(item));
  const parts = tags.flatMap(({ name }): Heading[] => [
    { depth: 2, text: titleOf(name), slug: name },
    ...all
      .filter((operation) => operation.tags.includes(name))
      .map(({ summary, operationId }) => ({ depth: 3, text: `${summary} (${operationId})`, slug: operationId })),
  ]);
  const schemas = Object.keys(components.schemas).map((name) => ({ depth: 3, text: name, slug: schemaSlug(name) }));
  return [...parts, { depth: 2, text: 'Schemas', slug: 'schemas' }, ...schemas];
}

const titleOf = (tag: string): string => `${tag.charAt(0).toUpperCase()}${tag.slice(1)}`;

function operationHtml(
  { method, path, operation }: { readonly method: string; readonly path: string; readonly operation: Operation },
  components: ApiDocument['components'],
): string {
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const scope = security[0]?.token?.[0];
  const of = {
    plugin: 'what the path names must be within its reach',
    host: 'its reach must be everything',
    reach: 'it is shown what is within its reach',
  };
  const takes =
    scope === undefined
      ? 'Takes no token.'
      : `Takes a token with the scope <code>${escaped(scope)}</code>; ${of[(operation['x-nbox-of'] ?? 'host') as keyof typeof of]}.`;
  const known = parameters.map((one) => (one.$ref === undefined ? one : (components.parameters[nameIn(one.$ref)] as Parameter)));
  const body = requestBody?.content['application/json']?.schema;
  return `<h3 id="${operationId}">${escaped(summary)} <a class="anchor" href="#${operationId}" aria-label="Link to this section">#</a></h3>
<p><code><span class="method ${method}">${method.toUpperCase()}</span> ${escaped(path)}</code> <span class="of">${operationId}</span></p>
${description === undefined ? '' : htmlOf(description, file)}<p class="of">${takes}</p>
<pre tabindex="0"><code>${escaped(curlOf(method, path, scope !== undefined, body !== undefined))}</code></pre>
${known.length === 0 ? '' : `<h4>Parameters</h4>\n<dl>${known.map(parameterHtml).join('\n')}</dl>\n`}${body === undefined ? '' : `<h4>Body</h4>\n${schemaHtml(body)}`}<h4>Answers</h4>
<dl>${Object.entries(responses)
    .map(([status, response]) =>
      responseHtml(status, response.$ref === undefined ? response : (components.responses[nameIn(response.$ref)] as Response)),
    )
    .join('\n')}</dl>
`;
}

const nameIn = (ref: string): string => ref.split('/').at(-1) as string;

function curlOf(method: string, path: string, withToken: boolean, withBody: boolean): string {
  const at = `localhost:8081${path.replace('{domain}/{group}/{name}', 'demo/hello/world')}`;
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`;
  const url = /[{}]/.test(at) ? `'${at}'` : at;
  return `curl${verb} ${url}${withToken ? ' -H "authorization: Bearer $TOKEN"' : ''}${withBody ? ' -d @body.json' : ''}`;
}

function parameterHtml({ name, in: where, required, description, schema }: Parameter): string {
  const { description: _, ...bare } = schema;
  const said = description === undefined ? '' : inlineHtmlOf(description, file);
  const must = required === true || where === 'path' ? '' : ', optional';
  return `<dt><code>${escaped(name)}</code> <span class="of">${where}${must}</span></dt><dd>${schemaHtml(bare)}${said}</dd>`;
}

function responseHtml(status: string, { description, headers = {}, content = {} }: Response): string {
  // Codes lead to what to do about them.
  const said = inlineHtmlOf(description, file).replace(/<code>([a-z_]+)<\/code>/g, (code, name: string) =>
    Object.hasOwn(errorCatalogue, name) ? `<a href="/docs/errors#${name}">${code}</a>` : code,
  );
  const bodies = Object.entries(content)
    .filter(([type]) => type !== 'application/problem+json')
    .map(([type, { schema }]) => `<p class="of">${escaped(type)}</p>${schemaHtml(schema)}`);
  const named = Object.entries(headers).map(
    ([name, { description: says = '' }]) => `<p class="of">Header <code>${escaped(name)}</code>: ${escaped(says)}</p>`,
  );
  return `<dt>${status === 'default' ? 'any other' : status}</dt><dd>${said}${named.join('')}${bodies.join('')}</dd>`;
}
