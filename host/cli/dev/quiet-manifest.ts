/** What a push of `nbox dev` leaves out: requests of a moment ago are not run again at each save, unless the manifest asks for it. */

import type { PushSource } from '../push-source.ts';

type Body = PushSource['body'];

const rule = { gates: { replay: 'off' } };

/** The body with that in its manifest; as it is where the manifest says something itself, or is none. */
export function withoutReplays(body: Body): Body {
  const { files, manifest } = body as { files?: Readonly<Record<string, string>>; manifest?: object };
  const text = files?.['nbox.json'];
  if (files === undefined || text === undefined) {
    // The manifest may stand in package.json, and then there must be no second one.
    return files?.['package.json'] === undefined ? { ...body, manifest: { ...rule, ...manifest } } : body;
  }
  const parsed = parse(text);
  if (parsed === undefined || 'gates' in parsed) return body;
  const changed: Record<string, string> = Object.assign(Object.create(null), files);
  changed['nbox.json'] = JSON.stringify({ ...parsed, ...rule }, null, 2);
  return { ...body, files: changed };
}

/** What is wrong with it, the host says. */
function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
