/** The route of what a plugin can begin with. */

import { listTemplates } from '../api/operations/editor.ts';
import { templateFiles, templates } from '../templates.ts';
import { type Route, route } from './route.ts';

/** An item of `GET /v1/templates`. */
export interface TemplateView {
  readonly name: string;
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
}

export function templateRoutes(): Route[] {
  let read: Promise<readonly TemplateView[]> | undefined;
  const all = () =>
    Promise.all(templates.map(async ({ name, what }) => ({ name, what, files: Object.fromEntries(await templateFiles(name)) })));
  return [
    route(listTemplates, async (ctx) => {
      // Part of nbox: they do not change while it runs.
      read ??= all();
      ctx.body = { templates: await read };
    }),
  ];
}
