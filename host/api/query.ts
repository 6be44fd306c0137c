/** Query parameters: text that is read as what it stands for. Each says in its error what it may be. */

import { z } from 'zod';
import type { AuditEnd } from '../access/audit-row.ts';

/** What an error says of a parameter, after its name. */
const wrong = (input: unknown, may: string): string => `is ${JSON.stringify(String(input).slice(0, 80))}; it may be ${may}`;

function listed(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

type Read<T> = z.ZodType<T, string | undefined>;

/** One of some words. */
export function choice<const V extends string>(values: readonly V[], says: string | undefined, otherwise: V): Read<V>;
export function choice<const V extends string>(values: readonly V[], says?: string): Read<V | undefined>;
export function choice<const V extends string>(values: readonly V[], says?: string, otherwise?: V): Read<V | undefined> {
  const one = z.enum(values as [V, ...V[]], { error: ({ input }) => wrong(input, listed(values)) });
  return described(otherwise === undefined ? one.optional() : one.default(otherwise as never), says) as Read<V | undefined>;
}

/** A whole number within bounds, both included. */
export function whole(least: number, most: number, says: string | undefined, otherwise: number): Read<number>;
export function whole(least: number, most: number, says?: string): Read<number | undefined>;
export function whole(least: number, most: number, says?: string, otherwise?: number): Read<number | undefined> {
  const bounds = most >= 2 ** 31 ? {} : { maximum: most };
  const form = { type: 'integer', minimum: least, ...bounds, ...(otherwise === undefined ? {} : { default: otherwise }) };
  const one = read(form, `a number from ${least} to ${most}`, (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  });
  return described(otherwise === undefined ? one.optional() : one.default(otherwise), says);
}

/** A part of the calls, in percent; all of them where nothing is said. */
export function percent(says?: string): Read<number> {
  const form = { type: 'number', minimum: 0, maximum: 100, multipleOf: 0.01, default: 100 };
  // What is beyond 100 is no deployment, and refused as that.
  const one = read(form, 'a number from 0 to 100 in hundredths', (text) => (/^\d{1,3}(\.\d{1,2})?$/.test(text) ? Number(text) : undefined));
  return described(one.default(100), says);
}

export function flag(says?: string): Read<boolean> {
  const one = read({ type: 'boolean', default: false }, 'true or false', (text) =>
    text === 'true' || text === 'false' ? text === 'true' : undefined,
  );
  return described(one.default(false), says);
}

/** Text that is read where it is used. @param most characters, of at least one */
export function words(says?: string, most?: number): Read<string | undefined> {
  const one =
    most === undefined ? z.string() : z.string().min(1, `may have 1 to ${most} characters`).max(most, `may have 1 to ${most} characters`);
  return described(one.optional(), says);
}

/** Gates whose findings the pusher knows of. */
const acceptable = ['replay'];

export function gates(says?: string): Read<readonly string[]> {
  const one = read({ type: 'string', enum: acceptable }, `${listed(acceptable)}, with commas between them`, (text) => {
    const names = text.split(',');
    return names.every((name) => acceptable.includes(name)) ? names : undefined;
  });
  return described(
    one.optional().transform((names) => names ?? []),
    says,
  );
}

/** A row of the audit as somebody has kept it: `412:` and its hash. */
export function auditEnd(says?: string): Read<AuditEnd | undefined> {
  const pattern = /^(\d{1,15}):([0-9a-f]{64})$/;
  const form = { type: 'string', pattern: pattern.source };
  const one = read(form, 'the number of a row, a colon, and its hash of 64 hexadecimal digits', (text) => {
    const [, number, hash] = pattern.exec(text) ?? [];
    return hash === undefined ? undefined : { number: Number(number), hash };
  });
  return described(one.optional(), says);
}

/** Whether a plugin's state is carried over. */
export const handover = choice(
  ['carry', 'skip'],
  'Whether the state that what is live keeps for it (`import.meta.hot.dispose`) is carried over to what is brought in. `skip`: that starts fresh.',
  'carry',
);

/** @param form what it is, to the document @param may what it may be, to whoever sends another */
function read<T>(form: object, may: string, value: (text: string) => T | undefined): z.ZodType<T, string> {
  return z
    .string()
    .transform((text, context): T => {
      const found = value(text);
      if (found !== undefined) return found;
      context.addIssue({ code: 'custom', message: wrong(text, may) });
      return z.NEVER;
    })
    .meta({ override: form });
}

function described<S extends z.ZodType>(schema: S, says: string | undefined): S {
  return says === undefined ? schema : schema.describe(says);
}
