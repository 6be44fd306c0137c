/** The editor's routes of the admin API: completions, what names are, and what the gates of a push would say, while someone writes. */

import type { Context } from 'koa';
import type { z } from 'zod';
import { isNboxError, NboxError } from '../../guards/errors.ts';
import type { Allowed } from '../../loader/allowed.ts';
import type { Language } from '../../loader/language/language.ts';
import type { Answers, Edited, Question, QuestionKind } from '../../loader/language/questions.ts';
import type { editedBody } from '../api/bodies/editor.ts';
import type { Operation } from '../api/operation.ts';
import { complete, completionDetails, definition, diagnose, hover } from '../api/operations/editor.ts';
import { principalOf } from './access.ts';
import { idOf } from './plugins.ts';
import { type Params, type Route, route } from './route.ts';

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

/** What is asked, by the operation that asks it. */
const kinds: readonly (readonly [QuestionKind, Operation])[] = [
  ['complete', complete],
  ['details', completionDetails],
  ['hover', hover],
  ['definition', definition],
  ['diagnose', diagnose],
];

type Body = z.output<typeof editedBody> & { readonly file?: string; readonly offset?: number; readonly name?: string };

export function editorRoutes(parts: EditorRouteParts): Route[] {
  return kinds.map(([kind, operation]) => route(operation, async (ctx, params, { body }) => answer(ctx, params, kind, body, parts)));
}

async function answer(
  ctx: Context,
  params: Params,
  kind: QuestionKind,
  read: () => Promise<unknown>,
  { language, allowed }: EditorRouteParts,
): Promise<void> {
  // Every key asks: of a log they would be most.
  ctx.state['quiet'] = true;
  const plugin = idOf(params);
  const body = (await read()) as Body;
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
