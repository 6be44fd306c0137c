/** What may be written in `nbox.json`: by the schema that a push holds it against. */

import { manifestJsonSchema } from '../manifest.ts';
import { jsonPlace } from './json-place.ts';
import type { Completion, Completions } from './questions.ts';

/** As much of JSON Schema as the manifest's has. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

let schema: Schema | undefined;

export function manifestCompletions(text: string, offset: number): Completions | undefined {
  const place = jsonPlace(text, offset);
  if (place === undefined) return undefined;
  schema ??= manifestJsonSchema() as Schema;
  const at = place.path.reduce<readonly Schema[]>((known, name) => known.flatMap((one) => below(one, name)), ways(schema));
  const isClosed = place.isQuoted && text[offset] === '"';
  const quoted = (name: string): string => (place.isQuoted ? (isClosed ? name : `${name}"`) : JSON.stringify(name));
  const items =
    place.is === 'name'
      ? at.flatMap(({ properties = {} }) =>
          Object.entries(properties)
            .filter(([name]) => !place.taken.includes(name))
            .map(
              ([name, value]): Completion => ({ name, kind: 'property', insert: isClosed ? name : `${quoted(name)}: `, ...hint(value) }),
            ),
        )
      : at
          .flatMap((one) => values(one))
          .flatMap((value): Completion[] => {
            if (typeof value === 'string') return [{ name: value, kind: 'constant', insert: quoted(value) }];
            return place.isQuoted ? [] : [{ name: JSON.stringify(value), kind: 'constant' }];
          });
  const once = [...new Map(items.map((one) => [one.name, one])).values()];
  return once.length === 0 ? undefined : { from: place.from, items: once };
}

function ways(one: Schema): readonly Schema[] {
  return one.anyOf === undefined ? [one] : one.anyOf.flatMap(ways);
}

function below({ properties, items }: Schema, name: string): readonly Schema[] {
  const found = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : /^\d+$/.test(name) ? items : undefined;
  return found === undefined ? [] : ways(found);
}

function values({ type, enum: listed, default: given }: Schema): readonly unknown[] {
  if (listed !== undefined) return listed;
  if (type === 'boolean') return [true, false];
  return typeof given === 'number' || (typeof given === 'string' && given !== '') ? [given] : [];
}

/** What a member may be, in a word. */
function hint(value: Schema): Pick<Completion, 'detail'> {
  const { enum: listed, type, minimum, maximum } = ways(value)[0] ?? {};
  if (listed !== undefined) return { detail: listed.join(' | ') };
  if (minimum !== undefined && maximum !== undefined) return { detail: `${minimum} to ${maximum}` };
  return type === undefined ? {} : { detail: type === 'array' ? 'list' : type };
}
