/** What a bundle of tests answers, held against what it may be: the plugin has had its hands on it. */

import { z } from 'zod';
import type { SourcePosition } from '../../guards/errors.ts';
import { isPacked, type SourceFiles } from '../../loader/build.ts';
import type { SourcePlaces } from '../release/explain.ts';

const stack = z.string().max(4_000);
const text = z.string().max(4_000);

export const listSchema = z.object({
  only: z.boolean(),
  tests: z.array(z.object({ title: z.string().max(300), run: z.boolean(), stack })).max(500),
});
export type ListedTest = z.infer<typeof listSchema>['tests'][number];

export const answerSchema = z.discriminatedUnion('passed', [
  z.object({ passed: z.literal(true) }),
  z.object({ passed: z.literal(false), message: z.string().max(2_000), stack, expected: text.optional(), actual: text.optional() }),
]);

/** @returns undefined where it is none */
export function parseAnswer<S extends z.ZodType>(schema: S, body: Buffer): z.infer<S> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(body.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The first place of a stack that is in a file of the author's own. */
export function authorPlace(places: SourcePlaces, files: SourceFiles, guestStack: string): SourcePosition | undefined {
  return places.stack(guestStack).find(({ file }) => files.has(file) && !isPacked(file));
}
