/** The request that a preview is tried with: as it is written in the form, and as it is sent. */

export interface RequestDraft {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** A line each: `name: value`. */
  readonly headers: string;
  readonly body: string;
}

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

export const firstRequest: RequestDraft = Object.freeze({ method: 'GET', path: '/', headers: '', body: '' });

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** @returns what is wrong with it, in words, where something is */
export function requestOf({ method, path, headers, body }: RequestDraft): SentRequest | string {
  const target = path.trim() === '' ? '/' : path.trim();
  const sent: (readonly [string, string])[] = [];
  for (const [i, line] of headers.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, name, value = ''] = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*:(.*)$/.exec(line) ?? [];
    if (name === undefined) return `Line ${i + 1} of the headers is none: write "name: value".`;
    sent.push([name, value.trim()]);
  }
  const hasBody = body !== '' && method !== 'GET' && method !== 'HEAD';
  if (hasBody && !sent.some(([name]) => name.toLowerCase() === 'content-type')) {
    sent.push(['content-type', isJson(body) ? 'application/json' : 'text/plain; charset=utf-8']);
  }
  // What a browser's address bar would make of it: spaces and letters beyond ASCII.
  const written = target.startsWith('/') ? target : `/${target}`;
  return { method, path: written.replace(/[^\x21-\x7e]/gu, encodeURIComponent), headers: sent, ...(hasBody ? { body } : {}) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
