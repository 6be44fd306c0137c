/** What the guest says of a fetch. Its prelude wrote it, but a guest is a guest: all of it is checked. */

import { z } from 'zod';
import { OpError } from '../dispatch/op.ts';

export interface FetchHead {
  /** The guest's number for it. */
  readonly fetch: number;
  readonly url: URL;
  readonly method: string;
  /** name, value, …; the names in lower case */
  readonly headers: readonly string[];
  readonly redirect: 'follow' | 'error' | 'manual';
  /** The standard's cache mode: there is no cache here, but there may be some on the way. */
  readonly cache: (typeof cacheModes)[number];
  readonly body: 'none' | 'bytes' | 'stream';
  /** What the response's body must be, or nothing. */
  readonly integrity: string;
}

const cacheModes = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const;

/** What all the headers of a request may have together; servers take some 16 KiB. */
const mostHeaderLength = 65_536;
const mostUrlLength = 65_536;
const headerName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const numberSchema = z.strictObject({ fetch: z.int().min(1) });
const headSchema = z.strictObject({
  fetch: z.int().min(1),
  url: z.string(),
  method: z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/),
  headers: z.string(),
  redirect: z.enum(['follow', 'error', 'manual']),
  cache: z.enum(cacheModes),
  body: z.enum(['none', 'bytes', 'stream']),
  integrity: z.string().max(10_000),
});

/** @throws OpError */
export function readFetchHead(data: unknown): FetchHead {
  const parsed = headSchema.safeParse(data);
  if (!parsed.success) throw malformed('it cannot be sent');
  const { url: href, headers: block } = parsed.data;
  if (href.length > mostUrlLength) throw malformed(`the URL has more than ${mostUrlLength} characters`);
  if (block.length > mostHeaderLength) throw malformed(`the headers have more than ${mostHeaderLength} characters`);
  const url = URL.parse(href);
  if (url === null) throw malformed('the URL is not valid');
  const headers = block === '' ? [] : block.split('\n');
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1]];
    if (!headerName.test(name) || value === undefined || !headerValue.test(value)) throw malformed('a header is not valid');
  }
  return { ...parsed.data, url, headers };
}

/** @throws OpError */
export function readFetchNumber(data: unknown): number {
  const parsed = numberSchema.safeParse(data);
  if (!parsed.success) throw malformed('it has no number');
  return parsed.data.fetch;
}

const malformed = (why: string): OpError => new OpError(`fetch failed: ${why}`, 'TypeError');
