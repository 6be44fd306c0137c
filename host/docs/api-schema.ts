/** JSON schemas of the API's document as HTML: what a value is, and what its fields are. */

import { escaped } from './escaped.ts';
import { inlineHtmlOf } from './markdown.ts';

/** As much of JSON Schema as the document has. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export const schemaSlug = (name: string): string => `schema-${name}`;

/** A schema with its description and its fields. */
export function schemaHtml(schema: Schema): string {
  const said = schema.description === undefined ? '' : inlineHtmlOf(schema.description, 'docs/openapi.json');
  return `<p class="of">${kindHtml(schema)}${boundsHtml(schema)}</p>${said}${fieldsHtml(schema)}`;
}

/** What it is, in a word or a link. */
export function kindHtml(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) as string;
    return `<a href="#${schemaSlug(name)}">${escaped(name)}</a>`;
  }
  const ways = waysOf(schema);
  if (ways.length > 0) return ways.map(kindHtml).join(' or ');
  if (schema.allOf !== undefined) return schema.allOf.map(kindHtml).join(' and ');
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.enum !== undefined) return schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(', ');
  const types = [schema.type ?? 'any JSON'].flat();
  if (types.includes('array'))
    return `list of ${schema.items === undefined ? 'any JSON' : kindHtml(schema.items)}${types.includes('null') ? ' or null' : ''}`;
  if (typeof schema.additionalProperties === 'object' && schema.properties === undefined)
    return `${kindHtml(schema.additionalProperties)} by name`;
  return escaped(types.join(' or '));
}

function boundsHtml(schema: Schema): string {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, format } = schema;
  const between = (least: number | undefined, most: number | undefined, of: string) => {
    if (least === undefined && most === undefined) return [];
    const text = most === undefined ? `at least ${least}` : least === undefined ? `at most ${most}` : `${least} to ${most}`;
    return [`${text}${of}`];
  };
  const parts = [
    ...between(minimum, maximum, ''),
    ...between(minLength, maxLength, ' characters'),
    ...between(minItems, maxItems, ' items'),
    ...(format === undefined ? [] : [escaped(format)]),
    ...(pattern === undefined ? [] : [`<code>${escaped(pattern)}</code>`]),
    ...(schema.default === undefined ? [] : [`<code>${escaped(JSON.stringify(schema.default))}</code> where it is left out`]),
  ];
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`;
}

/** Of those that are written out here: what has a name has a place of its own. */
function fieldsHtml(schema: Schema): string {
  if (schema.$ref !== undefined) return '';
  const inner =
    schema.properties === undefined ? [schema.items, schema.additionalProperties, ...waysOf(schema), ...(schema.allOf ?? [])] : [];
  const nested = inner.map((one) => (typeof one === 'object' ? fieldsHtml(one) : '')).join('');
  if (schema.properties === undefined) return nested;
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const must = required.has(name) ? '' : ' <span class="of">optional</span>';
    return `<dt><code>${escaped(name)}</code>${must}</dt><dd>${schemaHtml(field)}</dd>`;
  });
  return `<dl>${fields.join('\n')}</dl>\n`;
}

/** `oneOf` beside properties says which of them go together, and its description says so in words. */
function waysOf({ anyOf, oneOf, properties }: Schema): readonly Schema[] {
  return anyOf ?? (properties === undefined ? (oneOf ?? []) : []);
}
