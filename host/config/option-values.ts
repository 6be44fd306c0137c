/** What values of options may be: each from its text. */

import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type Allowance, parseAllowance } from '../../guards/egress.ts';
import { defaultLane, laneName } from '../../loader/manifest.ts';
import { parseGroups } from '../access/oidc-groups.ts';
import type { ExecutorCount } from '../pool/executor-count.ts';

export const integer = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
export const hostName = z
  .string()
  .toLowerCase()
  .transform((name) => name.replace(/^\[(.*)\]$/, '$1'))
  .refine((name) => isIPv6(name) || /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(name));
export const directory = z
  .string()
  .min(1)
  .refine((path) => !path.includes('\0'))
  .transform((path) => resolve(path));
export const token = z
  .string()
  .regex(/^[\x21-\x7e]{1,512}$/)
  .optional();
export const hostNames = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(hostName));

export const flag = (byDefault: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(byDefault)
    .transform((text) => text === 'true');
export const allowances = z.string().transform((text, context) => {
  const parsed = text.split(',').map((one) => parseAllowance(one.trim()));
  if (parsed.includes(undefined)) context.issues.push({ code: 'custom', input: text, message: 'no list of hosts and networks' });
  return parsed as Allowance[];
});

export const mostExecutors = 64;
export const collector = z.string().refine((text) => {
  const url = URL.parse(text);
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isHttp && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
});
/** As OTEL_EXPORTER_OTLP_HEADERS has them: the values percent-encoded. */
export const headerList = z.string().transform((text, context) => {
  const found: Record<string, string> = {};
  for (const one of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*=\s*(\S*)\s*$/.exec(one) ?? [];
    const plain = decoded(value);
    if (name === '' || plain === undefined || !/^[\x20-\x7e]*$/.test(plain)) {
      context.issues.push({ code: 'custom', input: text, message: 'no list of headers' });
    } else found[name.toLowerCase()] = plain;
  }
  return Object.freeze(found);
});

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
/** What stands in these must not be kept. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'nbox-details',
  'nbox-preview-token',
]);
export const callerHeader = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/)
  .toLowerCase()
  .refine((name) => !secretHeaders.has(name));

const mostLanes = 8;
export const lanes = z.string().transform((text, context) => {
  const found = new Map<string, ExecutorCount>();
  for (const one of text.split(',')) {
    const [, name, first, last] = /^\s*([^=]+)=(\d{1,2})(?:-(\d{1,2}))?\s*$/.exec(one) ?? [];
    const [least, most] = [Number(first), Number(last ?? first)];
    const isName = name !== undefined && laneName.test(name) && name !== defaultLane && !found.has(name);
    if (!isName || least < 1 || most < least || most > mostExecutors) {
      context.issues.push({ code: 'custom', input: text, message: 'no list of lanes' });
    } else found.set(name, Object.freeze({ first: least, least, most }));
  }
  if (found.size > mostLanes) context.issues.push({ code: 'custom', input: text, message: 'too many lanes' });
  return found;
});

/** Over TLS, or of this machine. */
export const issuer = z.string().refine((text) => {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return (
    isPlain && (url.protocol === 'https:' || (url.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)))
  );
});
export const groups = z.string().transform((text, context) => {
  const parsed = parseGroups(text);
  if (parsed === undefined) context.issues.push({ code: 'custom', input: text, message: 'no list of groups' });
  return parsed ?? [];
});
