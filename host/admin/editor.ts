/** The editor's routes of the admin API: completions, what names are, and what the gates of a push would say, while someone writes. */

import type { Context } from 'koa';
import { z } from 'zod';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Allowed } from '../../loader/allowed.ts';
import type { Language } from '../../loader/language/language.ts';
import type { Answers, Edited, Question, QuestionKind } from '../../loader/language/questions.ts';
import { principalOf } from './access.ts';
import { readJson } from './body.ts';
import { idOf } from './plugins.ts';
import type { Params, Route } from './route.ts';
import { parseBody } from './schema.ts';

export interface EditorRouteParts {
  readonly language: Pick<Language, 'ask'>;
  /** As it is now. */
  readonly allowed: () => Allowed;
}

/** `POST …/editor/…`: `null` where there is nothing to say. */
export interface EditorView<K extends QuestionKind> {
  /** Of the files that it was said of: changes are told against it from here on. */
  readonly version: number;
  readonly result: Answers[K] | null;
}

const version = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Own keys by hand: `z.record` drops a file that is called `__proto__` without a word. */
const filesSchema = z
  .custom<Record<string, string | null>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .superRefine((files, issues) => {
    for (const [name, text] of Object.entries(files)) {
      if (typeof text !== 'string' && text !== null) {
        issues.addIssue({ code: 'custom', path: [name], message: 'a file must be a string, or null where there is none any more' });
      }
    }
  });

const edited = {
  session: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, "_" and "-"'),
  version,
  since: version.optional(),
  files: filesSchema,
};
const place = {
  file: z.string().min(1).max(400),
  offset: z
    .int()
    .min(0)
    .max(2 ** 31),
};

/** The bodies, by what is asked. */
export const editorSchemas = {
  complete: z.strictObject({ ...edited, ...place }),
  details: z.strictObject({ ...edited, ...place, name: z.string().min(1).max(400) }),
  hover: z.strictObject({ ...edited, ...place }),
  definition: z.strictObject({ ...edited, ...place }),
  diagnose: z.strictObject(edited),
};

type Body = z.infer<(typeof editorSchemas)['diagnose']> & { readonly file?: string; readonly offset?: number; readonly name?: string };

export function editorRoutes(parts: EditorRouteParts): Route[] {
  const kinds = Object.keys(editorSchemas) as QuestionKind[];
  return kinds.map(
    (kind): Route => ({
      ...{
        method: 'POST',
        pattern: `/v1/plugins/:domain/:group/:name/editor/${kind}`,
        access: 'deploy',
        of: 'plugin',
        isKept: false,
        query: [],
      },
      handle: (ctx, params) => answer(ctx, params, kind, parts),
    }),
  );
}

async function answer(ctx: Context, params: Params, kind: QuestionKind, { language, allowed }: EditorRouteParts): Promise<void> {
  // Every key asks: of a log they would be most.
  ctx.state['quiet'] = true;
  const plugin = idOf(params);
  const body: Body = parseBody(editorSchemas[kind], await readJson(ctx.req), 'a question of an editor');
  if (body.since !== undefined && body.since > body.version) {
    throw new NboxError('invalid_body', {
      detail: `since is ${body.since}; it may be at most version, ${body.version}`,
      pointer: '/since',
    });
  }
  const left = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) left.abort();
  });
  const { actor, tokenId } = principalOf(ctx);
  const asked = language.ask({
    ...{ plugin, owner: JSON.stringify([tokenId, actor, plugin]), session: body.session },
    ...{ edited: editedOf(body), question: questionOf(kind, body, allowed), signal: left.signal },
  });
  try {
    ctx.body = { version: body.version, result: (await asked) ?? null } satisfies EditorView<QuestionKind>;
  } catch (error) {
    if (!isNboxError(error, 'editor_superseded')) throw error;
    // With every other key; whoever has asked does not wait for it any more, and nothing is wrong.
    ctx.status = 204;
  }
}

function editedOf({ version, since, files }: Body): Edited {
  return { version, since, files: new Map(Object.entries(files)) };
}

function questionOf(kind: QuestionKind, { file = '', offset = 0, name = '' }: Body, allowed: () => Allowed): Question {
  switch (kind) {
    case 'diagnose':
      return { kind, ...allowed() };
    case 'details':
      return { kind, file, offset, name };
    default:
      return { kind, file, offset };
  }
}
