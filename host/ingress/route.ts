/** From the path of a traffic request to the plugin, and to the path that the plugin sees. */

export interface Match {
  /** Not checked for form: it is only looked up. */
  readonly plugin: string;
  /** The rest of the path with the query, beginning with a slash. */
  readonly path: string;
}

/** `/<domain>/<group>/<name>/…`; `undefined` where the path is shorter. No decoding: an id has nothing to decode. */
export function matchPath(url: string): Match | undefined {
  const query = url.indexOf('?');
  const end = query < 0 ? url.length : query;
  const domain = url.indexOf('/', 1);
  if (domain < 0 || domain > end) return undefined;
  const group = url.indexOf('/', domain + 1);
  if (group < 0 || group > end) return undefined;
  const slash = url.indexOf('/', group + 1);
  const name = slash < 0 || slash > end ? end : slash;
  const rest = url.slice(name);
  return { plugin: url.slice(1, name), path: rest.charCodeAt(0) === 47 ? rest : `/${rest}` };
}
